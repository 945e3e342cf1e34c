import type { JsonObject } from '@concord/core';
import type { Chance } from '../kit/chance.ts';
import { account } from '../kit/town-tables.ts';
import type { Person } from '../kit/town-people.ts';

/** So many first customers are left to the probes: what nobody else edits must arrive. */
export const PROBED = 50;
/** Customers that everybody is busy with. */
const HOT = 20;
/** A customer that was added is left alone for so long before somebody removes it. */
const OLD_ENOUGH = 30;

const FIELDS = ['name', 'email', 'phone', 'street', 'city', 'memo'] as const;
type Field = (typeof FIELDS)[number];

export const COLUMNS: Readonly<Record<Worker, Readonly<Record<Field, string>>>> = {
  anna: {
    name: 'name',
    email: 'emailaddress1',
    phone: 'telephone1',
    street: 'address1_line1',
    city: 'address1_city',
    memo: 'description',
  },
  ben: {
    name: 'OrganizationName',
    email: 'PrimaryContactEmail',
    phone: 'PrimaryContactPhone',
    street: 'DeliveryAddressStreet',
    city: 'DeliveryAddressCity',
    memo: 'SalesMemo',
  },
};

export type Worker = 'anna' | 'ben';

/** What was done, and acknowledged by the system that it was done in. */
export type Deed =
  | { readonly kind: 'edit'; readonly by: Worker; readonly account: string; readonly field: Field; readonly value: string }
  | { readonly kind: 'add' | 'remove'; readonly by: Worker; readonly account: string };

export interface Crowd {
  /** Does the next thing, or the next two at the same moment; `done` answers them once they are acknowledged. */
  next(): { readonly count: number; readonly done: Promise<readonly Deed[]> };
  /** Which customers there must be in the end. */
  present(): ReadonlySet<string>;
}

/** Two people's day: mostly edits, one in five of them against the other's; now and then a customer comes or goes. Every value occurs once. */
export function openCrowd(people: Readonly<Record<Worker, Person>>, customers: number, chance: Chance): Crowd {
  const there = new Set(Array.from({ length: customers }, (_, index) => account(index)));
  const added: string[] = [];
  let numbered = 0;

  function draw(): readonly Deed[] {
    const number = (numbered += 1);
    const by = chance.pick(['anna', 'ben'] as const);
    const lot = chance.whole(200);
    if (lot < 2) return [{ kind: 'add', by, account: `N-${String(number).padStart(6, '0')}` }];
    const old = lot === 2 && added.length > OLD_ENOUGH ? added.shift() : undefined;
    if (old !== undefined) return [{ kind: 'remove', by, account: old }];
    return editsOf(number, by, lot < 40);
  }

  function editsOf(number: number, by: Worker, isContested: boolean): readonly Deed[] {
    const isHot = chance.whole(4) === 0;
    const which = account(PROBED + chance.whole(isHot ? HOT : customers - PROBED));
    const field = chance.pick(FIELDS);
    // Telephone numbers must fit into twenty characters.
    const edit = (who: Worker): Deed => ({ kind: 'edit', by: who, account: which, field, value: `${who} ${number}` });
    return isContested ? [edit('anna'), edit('ben')] : [edit(by)];
  }

  async function make(deed: Deed): Promise<Deed> {
    const person = people[deed.by];
    if (deed.kind === 'edit') await person.edit(deed.account, { [COLUMNS[deed.by][deed.field]]: deed.value });
    else if (deed.kind === 'remove') await person.remove(deed.account);
    else await person.addCustomer(deed.account, nameFor(deed));
    if (deed.kind === 'remove') there.delete(deed.account);
    if (deed.kind === 'add') {
      there.add(deed.account);
      added.push(deed.account);
    }
    return deed;
  }

  function next(): ReturnType<Crowd['next']> {
    const deeds = draw();
    return { count: deeds.length, done: Promise.all(deeds.map(make)) };
  }

  return { next, present: () => there };
}

function nameFor(deed: Deed): JsonObject {
  return { [COLUMNS[deed.by].name]: `${deed.account} of ${deed.by}` };
}

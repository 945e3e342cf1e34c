import type { JsonObject } from '@concord/core';
import { chanceOf, type Chance } from './chance.ts';
import { account } from './town-tables.ts';
import type { Town } from './town.ts';
import { sideBySide } from './until.ts';

/** One person's edit of one customer. */
export interface Burst {
  readonly by: 'anna' | 'ben';
  readonly account: string;
  readonly columns: JsonObject;
}

const COLUMNS = {
  anna: { name: 'name', email: 'emailaddress1', phone: 'telephone1', street: 'address1_line1', city: 'address1_city' },
  ben: {
    name: 'OrganizationName',
    email: 'PrimaryContactEmail',
    phone: 'PrimaryContactPhone',
    street: 'DeliveryAddressStreet',
    city: 'DeliveryAddressCity',
  },
} as const;

const FIELDS = ['name', 'email', 'phone', 'street', 'city'] as const;
/** Requests of people under way at a time. */
const PEOPLE = 16;

/**
 * Contested edits: in each pair both people change the same field of the same customer to different values, or, one time in four,
 * different fields. Every value occurs once.
 */
export function contested(edits: number, customers: number, seed: number): readonly Burst[] {
  const chance = chanceOf(seed);
  return Array.from({ length: Math.ceil(edits / 2) }, (_, pair) => pairOf(pair, customers, chance)).flat();
}

function pairOf(pair: number, customers: number, chance: Chance): readonly Burst[] {
  const one = account(chance.whole(customers));
  const field = chance.pick(FIELDS);
  const other = chance.whole(4) === 0 ? chance.pick(FIELDS) : field;
  return [
    { by: 'anna', account: one, columns: { [COLUMNS.anna[field]]: `anna ${pair}` } },
    { by: 'ben', account: one, columns: { [COLUMNS.ben[other]]: `ben ${pair}` } },
  ];
}

/** Makes the edits, many people at a time. */
export async function make(town: Pick<Town, 'anna' | 'ben'>, edits: readonly Burst[]): Promise<void> {
  await sideBySide(edits, PEOPLE, ({ by, account: which, columns }) => town[by].edit(which, columns));
}

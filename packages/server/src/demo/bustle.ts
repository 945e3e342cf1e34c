import { setTimeout as wait } from 'node:timers/promises';
import type { Page } from './page.ts';
import type { Deed, Person } from './people.ts';
import { bolt, customer, type Place } from './places.ts';
import type { Stage } from './stage.ts';
import { told } from './words.ts';

const PAUSE_MS = 3_000;
const ARRIVED_MS_MAX = 5_000;
const LOOK_MS = 5;

/** Something that one of them does now and then, and where the other will see it. */
interface Chore {
  readonly person: Person;
  readonly reader: Person;
  readonly place: Place;
  readonly column: string;
  readonly seenAs: string;
  readonly value: string | number;
}

/** Anna and Ben edit gently, for ever, and it is told how long each edit took to reach the other. */
export async function bustle(stage: Stage, page: Page): Promise<never> {
  for (let round = 0; ; round += 1) {
    await wait(PAUSE_MS);
    const chore = choreOf(stage, round);
    const { person, reader, place, column, value } = chore;
    const began = performance.now();
    const deed = await person.change(person.system === 'ce' ? place.ce : place.fno, { [column]: value });
    const isSeen = await arrives(chore);
    page.row(`${deed.who} (${deed.system})`, words(deed, reader.system, isSeen ? performance.now() - began : undefined));
  }
}

function choreOf({ anna, ben }: Stage, round: number): Chore {
  const number = `C-0010${11 + (round % 30)}`;
  const chores: readonly Chore[] = [
    {
      person: anna,
      reader: ben,
      place: customer(number),
      column: 'telephone1',
      seenAs: 'PrimaryContactPhone',
      value: `+1 555 ${2000 + round}`,
    },
    { person: ben, reader: anna, place: bolt('B-0005'), column: 'BoltsOnHand', seenAs: 'abc_boltsonhand', value: 121 + round },
    { person: ben, reader: anna, place: customer(number), column: 'CreditLimit', seenAs: 'creditlimit', value: 1_000 * (round + 5) },
    {
      person: anna,
      reader: ben,
      place: customer(number),
      column: 'description',
      seenAs: 'SalesMemo',
      value: `Called about swatches, round ${round}.`,
    },
  ];
  const chore = chores[round % chores.length];
  if (!chore) throw new Error('There is always a chore.');
  return chore;
}

async function arrives({ reader, place, seenAs, value }: Chore): Promise<boolean> {
  const endsAtMs = Date.now() + ARRIVED_MS_MAX;
  while ((await reader.read(reader.system === 'ce' ? place.ce : place.fno))?.[seenAs] !== value) {
    if (Date.now() > endsAtMs) return false;
    await wait(LOOK_MS);
  }
  return true;
}

function words({ at, columns }: Deed, other: string, tookMs: number | undefined): string {
  const number = /'([^']+)'\)$/.exec(at)?.[1] ?? at;
  const change = Object.entries(columns).map(([column, value]) => `${column} → ${told(value)}`);
  return `${number}: ${change.join(', ')}. ${tookMs === undefined ? `Not in ${other} yet.` : `In ${other} after ${Math.round(tookMs)} ms.`}`;
}

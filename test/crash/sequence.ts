import { memoryLedger } from '@concord/adapters';
import { systemId, type Commit, type Ledger } from '@concord/core';
import { chanceOf } from '../kit/chance.ts';
import { peopleIn } from '../kit/erasing.ts';
import type { House } from '../kit/house.ts';
import { until } from '../kit/until.ts';
import { tellAll } from './told.ts';

const PEOPLE = 6;
const ROUNDS = 12;
const SEED = 20_261;

/** Commits of a real engine, in their order, and what a ledger tells before the first and after each. */
export interface Sequence {
  readonly commits: readonly Commit[];
  /** One more than there are commits; no two in a row are equal. */
  readonly told: readonly string[];
}

/** People's edits, conflicts, a ruling, a deletion: an engine lives through them over a ledger in memory, and what it commits is kept. */
export async function recordSequence(): Promise<Sequence> {
  const all: Commit[] = [];
  const ledger = memoryLedger();
  const house = peopleIn({
    ...ledger,
    commit: (commit) => {
      all.push(structuredClone(commit));
      return ledger.commit(commit);
    },
  });
  await liveThrough(house, ledger);
  await house.stop();
  return replayed(all);
}

async function liveThrough(house: House, ledger: Ledger): Promise<void> {
  const chance = chanceOf(SEED);
  const columns = ['name', 'phone', 'street', 'mail'] as const;
  /** Does something, and waits until the ledger tells of it and nothing is left to do. */
  const settled = async (act: () => unknown): Promise<void> => {
    const { changes } = await ledger.counts();
    await act();
    await until(async () => ((await ledger.counts()).changes > changes && house.engine().isQuiet() ? undefined : 'it is not settled'));
  };
  await settled(async () => {
    for (let one = 0; one < PEOPLE; one += 1)
      house.put('a', 'guest', `k${one}`, {
        code: `P${one}`,
        name: `Name ${one}`,
        phone: '1',
        street: `Street ${one}`,
        mail: 'm',
        size: one,
      });
    await house.start();
  });
  const keysInB = (await house.records('guest')).map(({ links }) => links['b']?.key ?? '');
  for (let round = 0; round < ROUNDS; round += 1) {
    await settled(() => {
      house.put('a', 'guest', `k${chance.whole(PEOPLE)}`, { [chance.pick(columns)]: `a ${round}` });
      house.put('b', 'guest', keysInB[chance.whole(PEOPLE)] ?? '', { [chance.pick(columns)]: `b ${round}` });
    });
  }
  for (const key of keysInB) house.put('b', 'guest', key, { street: `b says ${key}` });
  await settled(() => keysInB.forEach((_key, one) => house.put('a', 'guest', `k${one}`, { street: `a says ${one}` })));
  for (const { id } of (await ledger.conflicts({ state: 'held', limit: 3 })).items)
    await settled(() => house.engine().resolve({ conflict: id, choice: { side: systemId('a') }, by: 'Mia', note: 'it is so' }));
  await settled(() => house.remove('a', 'guest', 'k2'));
}

/** Leaves out what changes nothing that can be told. */
async function replayed(all: readonly Commit[]): Promise<Sequence> {
  const ledger = memoryLedger();
  const names = noteNames(all);
  const commits: Commit[] = [];
  const told = [await tellAll(ledger, names)];
  for (const commit of all) {
    await ledger.commit(structuredClone(commit));
    const now = await tellAll(ledger, names);
    if (now === told.at(-1)) continue;
    commits.push(commit);
    told.push(now);
  }
  return { commits, told };
}

export function noteNames(commits: readonly Commit[]): readonly string[] {
  return [...new Set(commits.flatMap(({ notes = [] }) => notes.map(({ name }) => name)))];
}

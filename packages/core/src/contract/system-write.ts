import type { Key } from '../ids.ts';
import { must } from '../errors/must.ts';
import type { Row, Write } from '../ports/system.ts';
import type { JsonObject } from '../values.ts';
import { check } from './check.ts';
import { follow, newcomer } from './system-follow.ts';
import type { SystemLaw, SystemRig } from './system.ts';

export const writeLaws: readonly SystemLaw[] = [
  {
    law: 'a write sets the columns that it names and no others',
    run: async (rig) => {
      const row = await planted(rig);
      const outcome = await rig.system.write(update(rig, row, { [rig.columns.one]: 'written' }));
      check(outcome.kind === 'written', `the write is taken, not ${JSON.stringify(outcome)}`);
      await checkStored(rig, row.key, 'written', 'two');
    },
  },
  {
    law: 'the version told after a write is the one that a read and the feed tell: the write comes back as an echo',
    run: async (rig) => {
      const row = await planted(rig);
      const outcome = await rig.system.write(update(rig, row, { [rig.columns.one]: 'written' }));
      check(outcome.kind === 'written' && outcome.key === row.key, 'the write is taken, under the same key');
      check(outcome.version !== row.version, 'a write gives the row another version');
      check((await readRow(rig, row.key)).version === outcome.version, 'a read tells the version that the write told');
      const { rows } = await follow(rig, newcomer());
      check(rows.get(row.key)?.version === outcome.version, 'the feed tells the version that the write told');
    },
  },
  {
    law: 'a write after a write, with the version that the first one told, is taken',
    run: async (rig) => {
      const row = await planted(rig);
      const first = await rig.system.write(update(rig, row, { [rig.columns.one]: 'first' }));
      check(first.kind === 'written', 'the first write is taken');
      const second = await rig.system.write(update(rig, { ...row, version: first.version }, { [rig.columns.two]: 'second' }));
      check(second.kind === 'written', 'the second write is taken');
      await checkStored(rig, row.key, 'first', 'second');
    },
  },
  {
    law: 'a write to a row that moved on is stale, changes nothing, and tells what the row holds now',
    run: async (rig) => {
      const row = await planted(rig);
      await rig.user.edit(row.key, { [rig.columns.two]: 'by somebody else' });
      const outcome = await rig.system.write(update(rig, row, { [rig.columns.one]: 'too late' }));
      check(outcome.kind === 'stale', `the write is stale, not ${JSON.stringify(outcome)}`);
      check(outcome.row?.columns[rig.columns.two] === 'by somebody else', 'the row is told as it is now');
      check(outcome.row.version === (await readRow(rig, row.key)).version, 'the row is told in the version that it has now');
      await checkStored(rig, row.key, 'one', 'by somebody else');
    },
  },
  {
    law: 'a deletion of a row that moved on is stale and deletes nothing',
    run: async (rig) => {
      const row = await planted(rig);
      await rig.user.edit(row.key, { [rig.columns.two]: 'by somebody else' });
      const outcome = await rig.system.write(removal(rig, row));
      check(outcome.kind === 'stale', `the deletion is stale, not ${outcome.kind}`);
      await checkStored(rig, row.key, 'one', 'by somebody else');
    },
  },
  {
    law: 'a deletion removes the row',
    run: async (rig) => {
      const row = await planted(rig);
      const outcome = await rig.system.write(removal(rig, row));
      check(outcome.kind === 'removed', `the row is removed, not ${JSON.stringify(outcome)}`);
      check((await rig.user.rows()).size === 0, 'nothing is left');
      check((await rig.system.read(rig.entity, row.key)).kind === 'missing', 'a read tells that it is missing');
    },
  },
  {
    law: 'a write to a row that is gone, and its deletion, is missing and makes nothing',
    run: async (rig) => {
      const row = await planted(rig);
      await rig.user.remove(row.key);
      const outcome = await rig.system.write(update(rig, row, { [rig.columns.one]: 'back from the dead' }));
      check(outcome.kind === 'missing', `the row is missing, not ${JSON.stringify(outcome)}`);
      const again = await rig.system.write(removal(rig, row));
      check(again.kind === 'missing', `the row is missing, not ${JSON.stringify(again)}`);
      check((await rig.user.rows()).size === 0, 'nothing was made');
    },
  },
];

/** A row that somebody made, as the adapter reads it. */
export async function planted(rig: SystemRig): Promise<Row> {
  const key = await rig.user.create('oak', { [rig.columns.one]: 'one', [rig.columns.two]: 'two' });
  return readRow(rig, key);
}

export async function readRow(rig: SystemRig, key: Key): Promise<Row> {
  const read = await rig.system.read(rig.entity, key);
  check(read.kind === 'row', `the row ${key} can be read: ${JSON.stringify(read)}`);
  return read.row;
}

export function update(rig: SystemRig, row: Row, columns: JsonObject): Write {
  return { kind: 'update', entity: rig.entity, key: row.key, expected: row.version, columns, tag: 'law' };
}

function removal(rig: SystemRig, row: Row): Write {
  return { kind: 'delete', entity: rig.entity, key: row.key, expected: row.version, columns: {}, tag: 'law' };
}

async function checkStored(rig: SystemRig, key: Key, one: string, two: string): Promise<void> {
  const stored = must((await rig.user.rows()).get(key), 'the row is there');
  const found = [stored[rig.columns.one], stored[rig.columns.two]];
  check(found[0] === one && found[1] === two, `${JSON.stringify([one, two])} is stored, not ${JSON.stringify(found)}`);
}

import { free, getConflicts, load } from '@automerge/automerge';
import { memoryLedger } from '@concord/adapters';
import {
  archiveFaults,
  compactedOf,
  compactionsIn,
  decode,
  erasureIn,
  must,
  registerIn,
  verifyRecord,
  type OpId,
  type RecordState,
} from '@concord/core';
import { expect, test } from 'vitest';
import { MIXED } from '../kit/mixed.ts';
import { CE, FNO, tableOf } from '../kit/tables.ts';
import { calm, edit, pull, worldOf, type World } from '../kit/world.ts';

const table = tableOf(MIXED, { systems: [FNO, CE] });
const NOW = { beforeMs: Number.POSITIVE_INFINITY };
const STREETS = ['one', 'two', 'three'];

/** An address is edited again and again; answers its first operation, too. */
function lived(): { readonly world: World; readonly record: RecordState; readonly first: OpId } {
  const world = worldOf(table);
  edit(world, FNO, { account: 'a', address: ['zero', '0'] });
  calm(world);
  const first = must(registerIn(recordOf(world), 'address')?.ops[0], 'it is set');
  for (const street of STREETS) {
    edit(world, FNO, { address: [street, '1'] });
    calm(world);
  }
  return { world, record: recordOf(world), first };
}

function recordOf(world: World): RecordState {
  return must(world.record, 'there is one');
}

test('what a system may still replace stays in the document, with all members of its group, also where others replaced it long ago', async () => {
  const { world, record, first } = lived();
  const register = must(registerIn(record, 'address'), 'it is set');
  const shadow = must(register.shadows[CE], 'it was written there');
  // As it is where a write of it was given up, and the system has seen everything else.
  const behind = { ...shadow, value: ['zero', '0'], ops: [first], saw: 1 };
  const before = {
    ...record,
    registers: { ...record.registers, address: { ...register, shadows: { ...register.shadows, [CE]: behind } } },
  };
  const { record: after, changes } = must(await compactedOf(table, before, world.changes, NOW), 'it can be compacted');
  expect(changes).toHaveLength(1);
  expect(verifyRecord(table, after, changes)).toEqual([]);
  world.record = after;
  world.changes.splice(0, world.changes.length, ...changes);
  edit(world, CE, { address: ['other', '2'] });
  pull(world, CE);
  expect(verifyRecord(table, recordOf(world), world.changes)).toEqual([]);
  const edited = must(world.changes[1], 'it was appended');
  expect(
    decode(edited.chunk).ops.map(({ pred }) => pred.length),
    'it replaces what its author saw',
  ).toEqual([1, 1]);
  const document = load<Record<string, unknown>>(Buffer.concat(world.changes.slice(0, 2).map(({ chunk }) => chunk)));
  for (const field of ['street', 'zip']) expect(Object.keys(getConflicts(document, field) ?? {}), 'and nothing else').toHaveLength(2);
  free(document);
});

test('an epoch tells what it stands for, and its archive proves it; with a change less, or another one, it does not', async () => {
  const { world, record } = lived();
  const { record: after, changes } = must(await compactedOf(table, record, world.changes, NOW), 'it can be compacted');
  const epoch = must(changes[0]?.epoch, 'it begins one');
  const archive = new Map(world.changes.map(({ seq, chunk }) => [seq, chunk] as const));
  expect(epoch).toMatchObject({ changes: record.seq, first: world.changes[0]?.stamp, heads: record.heads });
  expect(after).toMatchObject({ seq: record.seq, maxOp: record.maxOp, revision: record.revision + 1 });
  expect(archiveFaults(epoch, archive)).toEqual([]);
  expect(archiveFaults(epoch, new Map([...archive].slice(1)))).toEqual([expect.stringContaining('is missing')]);
  expect(archiveFaults(epoch, new Map([...archive].slice(0, -1)))).toEqual([expect.stringContaining('end in')]);
  expect(archiveFaults(epoch, new Map([...archive, [1, new Uint8Array([1, 2])]]))).toEqual([expect.stringContaining('cannot be read')]);
});

test('what an open conflict is about is told whole', async () => {
  const { world } = lived();
  for (const [system, phone] of [
    [FNO, '1'],
    [CE, '2'],
  ] as const)
    edit(world, system, { phone });
  calm(world);
  const rivals = world.changes
    .filter(({ edits }) => edits.some(({ register, value }) => register === 'phone' && value !== null))
    .map(({ seq }) => seq);
  expect(registerIn(recordOf(world), 'phone')?.held).toBeDefined();
  const { changes } = must(await compactedOf(table, recordOf(world), world.changes, NOW), 'what is before can be compacted');
  expect(changes.map(({ seq }) => seq)).toEqual(expect.arrayContaining(rivals));
  expect(changes.length).toBeLessThan(world.changes.length);
});

test('values that are erased leave an epoch, too, and the hashes of what it stands for', async () => {
  const { world } = lived();
  edit(world, FNO, { address: [null, null] });
  calm(world);
  const ledger = memoryLedger();
  for (const plan of world.plans) await ledger.commit({ plans: [plan], cursors: [], failures: [], acts: [] });
  const tables = new Map([[table.map.entity, table]]);
  const { id } = recordOf(world);
  // The epoch still holds the last street: the change that emptied it is young.
  const emptied = must(world.changes.at(-1), 'it was emptied').stamp.ms;
  for await (const { kind } of compactionsIn({ ledger, tables }, { beforeMs: emptied })) expect(kind).toBe('compacted');
  const told = async (): Promise<string> =>
    (await ledger.changes(id, { limit: 100 })).items.map(({ chunk, ...rest }) => JSON.stringify([rest, decode(chunk)])).join();
  expect(await told()).toContain('three');
  await erasureIn({ ledger, tables, nowMs: () => world.nowMs }, { record: id, fields: ['street', 'zip'], by: 'Mia' });
  expect(await told()).not.toContain('three');
  const { items } = await ledger.changes(id, { limit: 100 });
  expect(items[0]?.epoch).toMatchObject({ changes: items[0]?.seq });
  expect(items[0]?.epoch?.heads).toBeUndefined();
  expect(verifyRecord(table, must(await ledger.record(id), 'it is there'), items)).toEqual([]);
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importLedger, readOnlyLedger, sqliteLedger } from '@concord/adapters';
import { recordId, type OperatorAct } from '@concord/core';
import Sqlite from '../../../packages/adapters/src/shared/sqlite.ts';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { scrubActs } from '../../../packages/adapters/src/ledgers/sqlite/acts.ts';

const folder = mkdtempSync(join(tmpdir(), 'concord-chain-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;

const ACTS: readonly OperatorAct[] = [
  { atMs: 1, operator: 'Ann', act: 'pause', note: 'before the audit' },
  { atMs: 2, operator: 'Ben', act: 'resolve', record: recordId('a'), note: 'they said so' },
  { atMs: 3, operator: 'Ann', act: 'resume' },
  { atMs: 4, operator: 'Mia', act: 'discard', record: recordId('b'), note: 'not wanted: Ann' },
  { atMs: 5, operator: 'Ben', act: 'retry' },
];

async function ledgerOf(acts: readonly OperatorAct[]): Promise<string> {
  files += 1;
  const file = join(folder, `${files}.db`);
  const ledger = sqliteLedger({ file });
  for (const act of acts) await ledger.commit({ plans: [], cursors: [], failures: [], acts: [act] });
  await ledger.close();
  return file;
}

async function prove(file: string, known?: string) {
  const ledger = readOnlyLedger({ file });
  const told = ledger.proveActs(known);
  await ledger.close();
  return told;
}

function spoil(file: string, sql: string): void {
  const db = new Sqlite(file);
  db.exec(sql);
  db.close();
}

test('the chain of what was done holds, and goes on from a head that was told earlier', async () => {
  const file = await ledgerOf(ACTS.slice(0, 3));
  const { head } = await prove(file);
  const ledger = sqliteLedger({ file });
  await ledger.commit({ plans: [], cursors: [], failures: [], acts: ACTS.slice(3) });
  await ledger.close();
  expect(await prove(file, head)).toMatchObject({ acts: 5, unchained: 0, faults: [] });
});

test.each([
  ['a name is another', `UPDATE operators SET told = replace(told, 'Mia', 'Ann') WHERE number = 4`],
  ['a time is another', `UPDATE operators SET told = replace(told, '"atMs":2', '"atMs":9') WHERE number = 2`],
  ['a note is another', `UPDATE operators SET told = replace(told, 'they said so', 'nobody asked') WHERE number = 2`],
  [
    'a note is another, as after an erasure that never was',
    `UPDATE operators SET told = replace(told, 'they', '…'), salt = NULL WHERE number = 2`,
  ],
  ['one has no hash any more', 'UPDATE operators SET hash = NULL WHERE number = 3'],
  ['one is no JSON', `UPDATE operators SET told = 'x' WHERE number = 3`],
  ['the first is gone', 'DELETE FROM operators WHERE number = 1'],
  ['one in the middle is gone', 'DELETE FROM operators WHERE number = 3'],
  ['the last is gone', 'DELETE FROM operators WHERE number = 5'],
  ['all are gone', 'DELETE FROM operators'],
  ['two have changed places', 'UPDATE operators SET number = 9 WHERE number = 4'],
])('where %s, that is found', async (_title, sql) => {
  const file = await ledgerOf(ACTS);
  spoil(file, sql);
  expect((await prove(file)).faults.length).toBeGreaterThan(0);
});

test('whatever one character of an act is made into, it is found', async () => {
  const file = await ledgerOf(ACTS);
  const db = new Sqlite(file);
  const rows = db.prepare<[], { readonly number: number; readonly told: string }>('SELECT number, told FROM operators').all();
  const write = db.prepare<[string, number]>('UPDATE operators SET told = ? WHERE number = ?');
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...rows),
      fc.nat(),
      fc.constantFrom('x', '7', '"', ' ', 'é'),
      async ({ number, told }, place, letter) => {
        const at = place % told.length;
        const changed = `${told.slice(0, at)}${letter}${told.slice(at + 1)}`;
        fc.pre(changed !== told);
        write.run(changed, number);
        const { faults } = await prove(file);
        write.run(told, number);
        expect(faults.length).toBeGreaterThan(0);
      },
    ),
  );
  db.close();
  expect((await prove(file)).faults).toEqual([]);
});

test('one that was written anew from the middle is found by a head that was told before', async () => {
  const { head } = await prove(await ledgerOf(ACTS));
  const forged = await ledgerOf([...ACTS.slice(0, 3), { atMs: 4, operator: 'Mia', act: 'retry' }, ...ACTS.slice(4)]);
  expect([(await prove(forged)).faults, (await prove(forged, head)).faults.length]).toEqual([[], 1]);
});

test('an erasure may take a value out of the notes, and the chain still holds; nothing is left by which to guess at the note', async () => {
  const file = await ledgerOf(ACTS);
  const db = new Sqlite(file);
  scrubActs(db, (text) => text.replaceAll('Ann', '…'));
  const salts = db.prepare('SELECT salt FROM operators WHERE number = 4').pluck().get();
  db.close();
  expect([salts, (await prove(file)).faults.length], 'without the act of erasing').toEqual([null, 1]);
  const ledger = sqliteLedger({ file });
  await ledger.commit({ plans: [], cursors: [], failures: [], acts: [{ atMs: 6, operator: 'Ann', act: 'erase' }] });
  await ledger.close();
  expect((await prove(file)).faults).toEqual([]);
});

test('it goes out with an export and comes in with an import; acts from before there was a chain are told apart', async () => {
  const file = await ledgerOf(ACTS);
  const ledger = readOnlyLedger({ file });
  const lines = [...ledger.lines()];
  const told = ledger.proveActs();
  await ledger.close();
  const copy = join(folder, 'copy.db');
  await importLedger(
    copy,
    (async function* again() {
      yield* lines;
    })(),
  );
  expect(await prove(copy)).toEqual(told);
  const old = await ledgerOf(ACTS);
  spoil(old, 'UPDATE operators SET hash = NULL, salt = NULL, note_hash = NULL; DELETE FROM acts_head');
  expect(await prove(old)).toEqual({ acts: 0, unchained: 5, head: '', faults: [] });
});

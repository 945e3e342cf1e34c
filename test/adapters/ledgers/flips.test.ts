import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOnlyLedger, sqliteLedger } from '@concord/adapters';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SUMMED } from '../../../packages/adapters/src/ledgers/sqlite/sums.ts';
import Sqlite from '../../../packages/adapters/src/shared/sqlite.ts';
import { verifyLedger } from '../../../packages/server/src/cli/ledger/verify.ts';
import { LONG_MS, runs } from '../../kit/runs.ts';
import { CE, FNO, tableOf } from '../../kit/tables.ts';
import { calm, deliver, edit, pull, worldOf } from '../../kit/world.ts';

const TABLE = tableOf({ account: {}, name: { policy: { name: 'manual', options: undefined } }, memo: {} });
const tables = new Map([[String(TABLE.map.entity), TABLE]]);
const FOLDER = mkdtempSync(join(tmpdir(), 'concord-flips-'));
const [CLOSED, KILLED] = [join(FOLDER, 'closed.db'), join(FOLDER, 'killed.db')];
afterAll(() => rmSync(FOLDER, { recursive: true }));

/** A ledger with a conflict, a failure and a history, as it is closed, and as it lies there after a kill. */
beforeAll(async () => {
  const file = join(FOLDER, 'ledger.db');
  const world = worldOf(TABLE);
  edit(world, FNO, { account: 'a', name: 'Acme', memo: 'old' });
  pull(world, FNO);
  deliver(world, CE);
  calm(world);
  edit(world, FNO, { name: 'Bolt', memo: 'new' });
  edit(world, CE, { name: 'Volt' });
  pull(world, FNO);
  pull(world, CE);
  const ledger = sqliteLedger({ file });
  for (const plan of world.plans) await ledger.commit({ plans: [plan], cursors: [], failures: [], acts: [] });
  await ledger.commit({
    plans: [],
    cursors: [],
    failures: [{ atMs: 1, system: CE, entity: TABLE.map.entity, code: 'C17', words: 'a bit of it' }],
    acts: [],
  });
  for (const end of ['', '-wal']) copyFileSync(file + end, KILLED + end);
  await ledger.close();
  copyFileSync(file, CLOSED);
  // A flip in the last of the log looks like a commit that a power cut left half written, and cannot be told from one: here the log is in the file.
  const db = new Sqlite(KILLED);
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
});

/** Every text of a table that is told, with the table's name. */
function textsIn(file: string): readonly (readonly [string, Buffer])[] {
  const db = new Sqlite(file, { readonly: true });
  try {
    return Object.entries(SUMMED).flatMap(([table, columns]) =>
      db
        .prepare<[], string>(`SELECT ${columns.at(-1)} FROM ${table}`)
        .pluck()
        .all()
        .map((text) => [table, Buffer.from(text)] as const),
    );
  } finally {
    db.close();
  }
}

/** Whether a ledger is found to be another than it was written: by verify, or before it can even be read. */
async function isFound(file: string): Promise<boolean> {
  try {
    const ledger = readOnlyLedger({ file });
    try {
      const faults: string[] = [];
      const told = await verifyLedger(ledger, tables, { fault: (words) => void faults.push(words), progress: () => undefined });
      return told.faults > 0 && faults.length > 0;
    } finally {
      await ledger.close();
    }
  } catch {
    return true;
  }
}

/** Where a text lies in a file. */
function placeOf(file: string, text: Buffer): { readonly file: string; readonly at: number } | undefined {
  const at = readFileSync(file).lastIndexOf(text);
  return at < 0 ? undefined : { file, at };
}

test.each([
  ['that was closed', CLOSED],
  ['as a kill left it', KILLED],
])('whichever bit flips in what a ledger %s tells, verify finds it', { timeout: 4 * LONG_MS }, async (_how, file) => {
  expect(await isFound(file), 'nothing is found in one that is whole').toBe(false);
  const texts = textsIn(file).flatMap(([table, text]) => {
    const place = placeOf(file, text);
    return place ? [{ table, text, place }] : [];
  });
  expect(new Set(texts.map(({ table }) => table))).toEqual(
    new Set(['records', 'changes', 'conflicts', 'failures', ...(file === KILLED ? ['journal'] : [])]),
  );
  const flip = fc
    .constantFrom(...texts)
    .chain(({ table, text, place }) =>
      fc.record({ table: fc.constant(table), place: fc.constant(place), byte: fc.nat(text.length - 1), bit: fc.nat(7) }),
    );
  await fc.assert(
    fc.asyncProperty(flip, async ({ table, place, byte, bit }) => {
      const whole = readFileSync(place.file);
      const broken = Buffer.from(whole);
      broken.writeUInt8(broken.readUInt8(place.at + byte) ^ (1 << bit), place.at + byte);
      writeFileSync(place.file, broken);
      try {
        expect([table, await isFound(file)]).toEqual([table, true]);
      } finally {
        writeFileSync(place.file, whole);
      }
    }),
    { numRuns: runs(60) },
  );
});

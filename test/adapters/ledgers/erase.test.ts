import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setImmediate, setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { load } from '@automerge/automerge';
import { importLedger, inspectLedger, readOnlyLedger, sqliteLedger, type SqliteLedger } from '@concord/adapters';
import {
  changesOf,
  ConcordError,
  decodeRecord,
  erasureIn,
  prove,
  valueIn,
  type Erasure,
  type Ledger,
  type RecordState,
} from '@concord/core';
import Sqlite from '../../../packages/adapters/src/shared/sqlite.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { prepareTake } from '../../../packages/adapters/src/ledgers/sqlite/erase.ts';
import { openRecords } from '../../../packages/adapters/src/ledgers/sqlite/records.ts';
import { verifyLedger } from '../../../packages/server/src/cli/ledger/verify.ts';
import { findings, livedThrough, PEOPLE_CONFIG, peopleIn, peopleTables, personIn, untilSame } from '../../kit/erasing.ts';
import type { House } from '../../kit/house.ts';
import { until } from '../../kit/until.ts';

let folder = '';
let file = '';
let ledger: SqliteLedger;
let house: House;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'concord-erase-'));
  file = join(folder, 'ledger.db');
  ledger = sqliteLedger({ file });
  house = peopleIn(ledger);
});
afterEach(async () => {
  await house.stop();
  await ledger.close();
  rmSync(folder, { recursive: true });
});

const BY = { by: 'Mia', note: 'asked for by letter' };
const FIELDS = ['name', 'phone', 'street', 'mail'];
const tables = peopleTables();
const COMMAND = fileURLToPath(new URL('../../../packages/server/bin/concord.js', import.meta.url));

async function historyOf({ id }: Pick<RecordState, 'id'>) {
  const changes = [];
  for await (const change of changesOf(ledger, id)) changes.push(change);
  return changes;
}

/** What `concord verify` finds in a ledger file, and of how many records it says that values were erased. */
async function verified(path: string) {
  const told: string[] = [];
  const reader = readOnlyLedger({ file: path });
  try {
    const { erased } = await verifyLedger(reader, tables, { fault: (words) => told.push(words), progress: () => undefined });
    return { wrong: told, erased };
  } finally {
    await reader.close();
  }
}

const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'nothing was refused',
    (thrown: unknown) => (thrown instanceof ConcordError ? `${thrown.code} ${thrown.message}` : String(thrown)),
  );

test('what was erased is nowhere in the files of the ledger, nor in backups and exports made after; the skeleton stands', async () => {
  const record = await livedThrough(house);
  const before = await historyOf(record);
  await ledger.commit({
    plans: [],
    cursors: [],
    notes: [{ name: 'aside b guest', value: { k9: { words: 'cannot take "Zephyrine Quxley"', atMs: 1 } } }],
    acts: [{ atMs: 1, operator: 'Bo', act: 'resync', note: 'about zephyrine quxley' }],
    failures: [
      { atMs: 1, system: before[0]?.system ?? never(), entity: record.entity, code: 'REFUSED', words: 'phone +49-555-0173-8821 is wrong' },
    ],
  });
  expect(new Set(findings(folder).map((found) => found.split(': ')[0])).has('ledger.db-wal'), 'they are there').toBe(true);
  const told = await house.engine().erase({ record: record.id, fields: FIELDS, ...BY });
  expect(told).toMatchObject({ fields: ['label', 'mail', 'name', 'phone', 'street'], records: [record.id] });
  expect(findings(folder), 'while it is open').toEqual([]);

  const after = await historyOf(record);
  const skeleton = (changes: typeof after) =>
    changes.map(({ seq, actor, system, stamp, edits }) => ({
      seq,
      actor,
      system,
      stamp,
      edits: edits.map(({ register, number, saw }) => ({ register, number, saw })),
    }));
  expect(skeleton(after)).toEqual(skeleton(before));
  expect(after[0]?.erased).toEqual(['mail', 'name', 'phone', 'street']);
  expect((await ledger.acts({ limit: 9, record: record.id })).items).toMatchObject([
    { operator: 'Mia', act: 'erase', note: BY.note, erased: told },
    { act: 'resolve', note: 'he lives in (erased)' },
  ]);

  await house.stop();
  const backup = join(folder, 'backup.db');
  await ledger.backUp(backup);
  await ledger.close();
  const reader = readOnlyLedger({ file });
  const lines = [...reader.lines()];
  writeFileSync(join(folder, 'export.jsonl'), lines.join('\n'));
  await reader.close();
  expect(findings(folder), 'closed, with a backup and an export').toEqual([]);
  expect(await verified(file)).toEqual({ wrong: [], erased: 1 });
  expect(await verified(backup)).toEqual({ wrong: [], erased: 1 });
  const copy = join(folder, 'copy.db');
  await importLedger(copy, Readable.from(lines));
  expect(await verified(copy), 'it comes back').toEqual({ wrong: [], erased: 1 });
  const document = load<Record<string, unknown>>(Buffer.concat(after.map(({ chunk }) => chunk)));
  expect(document).toMatchObject({ name: null, phone: null, street: null, size: 4 });
});

function never(): never {
  throw new Error('there is a change');
}

test('the record goes on: its edits are merged, delivered and proven as before', async () => {
  const record = await livedThrough(house);
  await house.engine().erase({ record: record.id, fields: FIELDS, ...BY });
  await house.stop();
  await house.start();
  house.put('b', 'guest', record.links['b']?.key ?? '', { name: 'New Name', size: 7 });
  await until(() => (JSON.stringify(house.rows('a', 'guest')).includes('New Name') ? undefined : 'not written'));
  await untilSame(house);
  const now = await personIn(house, 'P1');
  expect([valueIn(now, 'name'), valueIn(now, 'size')]).toEqual(['New Name', 7]);
  const table = tables.get(now.entity) ?? never();
  expect(await prove(ledger, table, now)).toMatchObject({ differences: [], erased: ['label', 'mail', 'name', 'phone', 'street'] });
  await house.stop();
  await ledger.close();
  expect(await verified(file)).toEqual({ wrong: [], erased: 1 });
});

test('what a system still holds, what waits, and what the record of the erasure would tell, is refused and left as it was', async () => {
  const record = await livedThrough(house);
  const other = await personIn(house, 'P2');
  const erase = (what: object) => refusal(house.engine().erase({ record: record.id, ...BY, ...what }));
  expect(await erase({})).toMatch(/^ERASE_OPEN .*code is still held by a and b/u);
  expect(await erase({ record: other.id, fields: ['name'] })).toMatch(/^ERASE_OPEN .*name is still held by a and b/u);
  expect(await erase({ fields: ['shoe'] })).toMatch(/^FIELD_UNKNOWN/u);
  expect(await erase({ fields: ['name'], note: 'it was zephyrine quxley' })).toMatch(/^ASK_WRONG/u);
  house.system('b').reach(false);
  house.put('a', 'guest', 'k1', { mail: 'new@example.test' });
  await until(async () => (valueIn(await personIn(house, 'P1'), 'mail') === null ? 'not heard of' : undefined));
  house.put('a', 'guest', 'k1', { mail: null });
  await until(async () => (valueIn(await personIn(house, 'P1'), 'mail') === null ? undefined : 'not heard of'));
  expect(await erase({ fields: ['mail'] })).toMatch(/^ERASE_OPEN .*(under way|has not seen yet)/u);
  house.system('b').reach(true);
  expect(findings(folder)).not.toEqual([]);
  expect((await ledger.acts({ limit: 9 })).items.filter(({ act }) => act === 'erase')).toEqual([]);
});

test('of a record that was deleted everywhere all text goes, its key too; the same key makes a new record then', async () => {
  const record = await livedThrough(house);
  for (const system of ['a', 'b']) house.remove(system, 'guest', record.links[system]?.key ?? '');
  await until(async () =>
    valueIn((await ledger.record(record.id)) ?? record, '$life') === 'deleted' && house.engine().isQuiet() ? undefined : 'not deleted',
  );
  await house.engine().erase({ record: record.id, ...BY });
  expect(findings(folder)).toEqual([]);
  const now = (await ledger.record(record.id)) ?? never();
  expect([now.identity, valueIn(now, 'code'), valueIn(now, 'size')]).toEqual([undefined, null, 4]);
  house.put('a', 'guest', 'k5', { code: 'P1', name: 'Again' });
  await until(() => (JSON.stringify(house.rows('b', 'guest')).includes('Again') ? undefined : 'not in b'));
  expect((await personIn(house, 'P1')).id).not.toBe(record.id);
  await house.stop();
  await ledger.close();
  expect(await verified(file)).toEqual({ wrong: [], erased: 1 });
});

/** The ledger, and the erasure that it is asked for, taken down instead of done. */
async function erasureOf(record: RecordState): Promise<Erasure> {
  const taken: Erasure[] = [];
  const asking: Ledger = {
    ...ledger,
    erase: async (erasure) => {
      taken.push(erasure);
      return 'erased';
    },
  };
  await erasureIn({ ledger: asking, tables, nowMs: () => 5 }, { record: record.id, fields: FIELDS, ...BY });
  return taken[0] ?? never();
}

test('a crash behind the erasure, before the file was written anew: the next start finishes it, before anything else', async () => {
  const record = await livedThrough(house);
  await house.stop();
  const erasure = await erasureOf(record);
  await ledger.close();
  const crashed = join(folder, 'crashed');
  mkdirSync(crashed);
  const image = join(crashed, 'ledger.db');
  const db = new Sqlite(file);
  db.pragma('journal_mode = WAL');
  const kept = openRecords((id) => {
    const row = db.prepare<[string], { number: number; state: string }>('SELECT number, state FROM records WHERE id = ?').get(id);
    return row && { number: row.number, state: decodeRecord(row.state), chars: row.state.length };
  });
  expect(prepareTake(db, kept)(erasure)).toBe('erased');
  for (const end of ['', '-wal']) copyFileSync(`${file}${end}`, `${image}${end}`);
  db.close();
  expect(findings(crashed), 'the pages are as they were').not.toEqual([]);
  expect((await inspectLedger(image)).filter(({ state }) => state !== 'good').map(({ words }) => words)).toEqual([
    expect.stringContaining('not finished'),
  ]);
  const again = sqliteLedger({ file: image });
  expect(findings(crashed)).toEqual([]);
  expect(await again.note('erasing')).toBe(undefined);
  await again.close();
  expect(await verified(image)).toEqual({ wrong: [], erased: 1 });
});

test('killed at any moment, either nothing or all of it was erased', { timeout: 120_000 }, async () => {
  const record = await livedThrough(house);
  await house.stop();
  await ledger.close();
  const config = join(folder, 'concord.yaml');
  const killed = join(folder, 'killed');
  let all = 0;
  for (const delayMs of KILLED_AFTER_MS) {
    mkdirSync(killed);
    const image = join(killed, 'ledger.db');
    copyFileSync(file, image);
    writeFileSync(config, `ledger: { file: ${image} }\n${PEOPLE_CONFIG}`);
    await eraseAndKill(['erase', '--config', config, '--record', record.id, '--field', ...FIELDS, '--by', 'Mia'], image, delayMs);
    const again = sqliteLedger({ file: image });
    const acts = (await again.acts({ limit: 9 })).items.filter(({ act }) => act === 'erase').length;
    await again.close();
    expect(findings(killed).length > 0, `${acts} erasures are recorded`).toBe(acts === 0);
    expect(await verified(image)).toEqual({ wrong: [], erased: acts });
    all += acts;
    rmSync(killed, { recursive: true });
  }
  expect(all, 'at least the last one was let come to its end').toBeGreaterThan(0);
});

const KILLED_AFTER_MS = [0, 5, 60_000];

/** Kills the command so long after the first byte of it was written to the log; it may have ended before. */
async function eraseAndKill(args: readonly string[], image: string, delayMs: number): Promise<void> {
  const child = spawn(process.execPath, [COMMAND, ...args], { stdio: 'ignore' });
  const gone = once(child, 'close');
  const isWritten = (): boolean => existsSync(`${image}-wal`) && statSync(`${image}-wal`).size > 0;
  while (child.exitCode === null && !isWritten()) await setImmediate();
  await Promise.race([gone, wait(delayMs)]);
  child.kill('SIGKILL');
  await gone;
}

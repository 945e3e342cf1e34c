import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Sqlite from '../../packages/adapters/src/shared/sqlite.ts';
import { textOf } from '../../packages/adapters/src/shared/json/look.ts';
import { afterEach, expect, test } from 'vitest';
import { account } from '../kit/town-tables.ts';
import { AS_ADMIN } from '../kit/key.ts';
import { openTown, recordOf, untilEqual, type Town } from '../kit/town.ts';
import { runInside } from '../kit/run-inside.ts';

const OLD = 'Pays late, ask for Zephyrine Quxley';
const ONE = account(1);
/** So much stands beside what is erased, in rows that belong to nobody. */
const BALLAST = { rows: 2_000, bytes: 50_000 };
/** A file that is written anew in one go lets one or two be answered: before it begins, and when it has ended. */
const ANSWERS_MIN = 20;

let town: Town;
afterEach(() => town.close());

function load(file: string): void {
  const db = new Sqlite(file);
  const insert = db.prepare<[number, string, Uint8Array]>('INSERT INTO changes (place, told, chunks) VALUES (?, ?, ?)');
  const chunk = new Uint8Array(BALLAST.bytes).fill(7);
  db.transaction(() => {
    for (let row = 0; row < BALLAST.rows; row += 1) insert.run(2 ** 50 + row, '[]', chunk);
  })();
  db.close();
}

function filesWith(words: string): readonly string[] {
  const folder = dirname(town.ledgerFile);
  return readdirSync(folder).filter((name) => readFileSync(join(folder, name)).toString('latin1').includes(words));
}

test('an erasure lets everybody be served and merged meanwhile, and leaves no byte behind', { timeout: 180_000 }, async () => {
  town = await openTown(5);
  const { stop } = await town.startInside();
  await stop();
  load(town.ledgerFile);
  const { url } = await town.startOutside();
  await town.anna.edit(ONE, { description: OLD });
  await untilEqual(town, url);
  await town.anna.edit(ONE, { description: null });
  await untilEqual(town, url);
  expect(filesWith('Zephyrine').length, 'it is there').toBeGreaterThan(0);
  const id = textOf(await recordOf(url, ONE), 'id') ?? '';
  const asked = { method: 'POST', headers: { ...AS_ADMIN, 'content-type': 'application/json' } };
  const over = new AbortController();
  let [answers, edits] = [0, 0];
  const erased = fetch(`${url}/v1/records/${id}/erase`, { ...asked, body: JSON.stringify({ by: 'Mia', fields: ['memo'] }) });
  void erased.finally(() => over.abort());
  while (!over.signal.aborted) {
    if ((await fetch(`${url}/livez`)).status === 200) answers += 1;
    if (answers % 5 === 0) await town.anna.edit(account(1 + (edits % 4)), { name: `Name ${(edits += 1)}` });
  }
  expect(await erased).toMatchObject({ status: 200 });
  expect(answers).toBeGreaterThan(ANSWERS_MIN);
  expect(filesWith('Zephyrine'), 'while it runs').toEqual([]);
  await untilEqual(town, url);
  expect(filesWith('Zephyrine'), 'when it has gone on').toEqual([]);
  expect(readdirSync(dirname(town.ledgerFile)).filter((name) => /copied|anew/u.test(name))).toEqual([]);
  const proved = await fetch(`${url}/v1/lab/prove?record=${id}`, { headers: AS_ADMIN });
  expect(await proved.json()).toMatchObject({ differ: 0, erased: 1 });
  expect(edits).toBeGreaterThan(0);
  expect((await runInside(['doctor', '--url', url], town.env)).printed).not.toContain('FAULT');
});

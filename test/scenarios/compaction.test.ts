import { copyFileSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { free, load } from '@automerge/automerge';
import { readOnlyLedger, sqliteLedger } from '@concord/adapters';
import { compactionsIn, type Config, type Json } from '@concord/core';
import { afterEach, expect, test } from 'vitest';
import { member, objectsOf, textOf } from '../../packages/adapters/src/shared/json/look.ts';
import { tablesOf, townConfig } from '../kit/town-config.ts';
import { contested, make } from '../kit/town-burst.ts';
import { account } from '../kit/town-tables.ts';
import { AS_ADMIN } from '../kit/key.ts';
import { ask, openTown, recordOf, untilEqual, type Town } from '../kit/town.ts';
import { until } from '../kit/until.ts';
import { runInside } from '../kit/run-inside.ts';
import { startCommand } from '../server/command.ts';

const CUSTOMERS = 10;
const ONE = account(1);
const MINUTES = 180_000;

let town: Town;
afterEach(() => town.close());

const concord = (...args: readonly string[]) => runInside(args, town.env);
const config = () => ['--config', town.configFile];
const inFolder = (name: string) => join(dirname(town.ledgerFile), name);

/** People edit for a while; then the sidecar is stopped. */
async function lived(): Promise<string> {
  town = await openTown(CUSTOMERS);
  const { url, stop } = await town.startInside();
  await untilEqual(town, url);
  await make(town, contested(80, CUSTOMERS, 3));
  for (const name of ['First Ltd', 'Second Ltd', 'Third Ltd']) {
    await town.anna.edit(ONE, { name });
    await untilEqual(town, url);
  }
  const held = await concord('compact', ...config(), '--keep', '0m', '--by', 'Ann', '--no-archive');
  expect(held).toMatchObject({ status: 1, printed: expect.stringContaining('Stop the sidecar that holds it first') });
  const id = textOf(await recordOf(url, ONE), 'id') ?? '';
  await stop();
  return id;
}

async function changesIn(file: string): Promise<number> {
  const ledger = readOnlyLedger({ file });
  const { changes } = await ledger.counts();
  await ledger.close();
  return changes;
}

test(
  'old changes leave the ledger, are proved by the archive, and everything goes on; what is asked of before is refused, not guessed',
  { timeout: MINUTES },
  async () => {
    const id = await lived();
    const before = await changesIn(town.ledgerFile);
    for (const [given, words] of [
      [['--keep', '0m'], '--by'],
      [['--keep', '0m', '--by', 'Ann'], '--archive'],
      [['--keep', 'soon', '--by', 'Ann', '--no-archive'], 'no time'],
      [['--keep', '2999-01-01T00:00:00Z', '--by', 'Ann', '--no-archive'], 'yet to come'],
      [['--keep', '0m', '--entity', 'nothing', '--dry-run'], 'no entity'],
    ] as const)
      expect(await concord('compact', ...config(), ...given)).toMatchObject({ status: 1, printed: expect.stringContaining(words) });
    const dry = await concord('compact', ...config(), '--keep', '0m', '--dry-run');
    expect(dry).toMatchObject({ status: 0, printed: expect.stringMatching(/^\d+ changes of \d+ records would go/) });
    expect(await changesIn(town.ledgerFile), 'nothing went').toBe(before);
    const young = await concord('compact', ...config(), '--keep', '30d', '--dry-run');
    expect(young.printed, 'nothing is that old').toMatch(/^0 changes of 0 records would go/);
    const done = await concord('compact', ...config(), '--keep', '0m', '--by', 'Ann', '--archive', inFolder('archive'));
    expect(done.printed).toContain(dry.printed.split(' would go')[0]);
    const after = await changesIn(town.ledgerFile);
    expect(after).toBeLessThan(before / 2);
    expect(readFileSync(town.ledgerFile).includes('First Ltd'), 'not in free pages either').toBe(false);
    const [archive = ''] = readdirSync(inFolder('archive'));
    const verified = await concord('verify', ...config(), '--archive', inFolder(`archive/${archive}`));
    expect(verified).toMatchObject({
      status: 0,
      printed: expect.stringMatching(/ 0 wrong[^]*[1-9]\d* compacted records are proved by the archive, 0 are not, 0 need/),
    });
    for (const command of [['doctor'], ['lab', 'prove', '--all'], ['lab', 'replay', '--preset', 'dual-write']])
      expect({ command, ...(await concord(...command, ...config())) }).toMatchObject({ command, status: 0 });
    const again = await concord('compact', ...config(), '--keep', '1h', '--by', 'Ann', '--no-archive');
    expect(again.printed).toMatch(/^0 changes of 0 records/);

    const { url } = await town.startInside();
    await Promise.all([town.anna.edit(ONE, { name: 'Fourth Ltd' }), town.ben.edit(ONE, { PrimaryContactPhone: '+1 555 0199' })]);
    await untilEqual(town, url);
    const get = async (path: string) => {
      const response = await fetch(`${url}/v1/records/${id}${path}`, { headers: AS_ADMIN });
      return { status: response.status, body: await response.json() };
    };
    const history = objectsOf(await ask(url, `/v1/records/${id}/history`), 'items');
    const begun = Number(member(history[0], 'version'));
    expect(member(history[0], 'epoch')).toMatchObject({ compacted: begun, heads: [expect.stringMatching(/^[0-9a-f]{64}$/)] });
    expect(
      history.map((one) => member(one, 'version')),
      'numbers go on',
    ).toEqual(history.map((_one, index) => begun + index));
    expect(await get(`/version?at=${begun}`)).toMatchObject({ status: 200, body: { values: { name: 'Third Ltd' } } });
    const refused = { status: 410, body: { code: 'VERSION_COMPACTED' } };
    expect(await get('/version?at=1')).toMatchObject(refused);
    expect(await get(`/diff?from=1&to=${begun}`)).toMatchObject(refused);
    expect(await get(`/version?at=${'0'.repeat(64)}`)).toMatchObject(refused);
    expect(await get('/version?at=1970-01-01T00:00:00Z')).toMatchObject({ status: 404, body: { code: 'VERSION_UNKNOWN' } });
    const document = await fetch(`${url}/v1/records/${id}/document`, { headers: AS_ADMIN });
    expect(load(new Uint8Array(await document.arrayBuffer()))).toMatchObject({ name: expect.objectContaining({ val: 'Fourth Ltd' }) });
  },
);

test('an archive that is another, or is none, proves nothing', { timeout: MINUTES }, async () => {
  await lived();
  await concord('compact', ...config(), '--keep', '0m', '--by', 'Ann', '--archive', inFolder('archive'));
  const [name = ''] = readdirSync(inFolder('archive'));
  const lines = readFileSync(inFolder(`archive/${name}`), 'utf8').split('\n');
  const verified = async (told: readonly string[]) => {
    writeFileSync(inFolder('other.jsonl'), told.join('\n'));
    return concord('verify', ...config(), '--archive', inFolder('other.jsonl'));
  };
  const change = lines.findIndex((line) => line.includes('"kind":"change"'));
  expect(await verified(lines.toSpliced(change, 1)), 'without its first change').toMatchObject({
    status: 1,
    printed: expect.stringContaining('is missing'),
  });
  expect(await verified(['{"kind":"else"}'])).toMatchObject({ status: 1, printed: expect.stringContaining('line 1 is not of an export') });
  expect(await verified(['no json'])).toMatchObject({ status: 1, printed: expect.stringContaining('line 1') });
});

test('killed at any moment, each record is as it was or compacted, and it is done by doing it again', { timeout: MINUTES }, async () => {
  await lived();
  const killed = startCommand(['compact', ...config(), '--keep', '0m', '--by', 'Ann', '--archive', inFolder('archive')], town.env);
  await killed.prints(/(is written)/);
  killed.stop('SIGTERM');
  await killed.ended;
  expect(await concord('verify', ...config())).toMatchObject({ status: 0 });

  // What a kill leaves behind each record: the file and its log, as they are then.
  const ledger = sqliteLedger({ file: town.ledgerFile });
  const tables = tablesOf(townConfig(readFileSync(town.configFile, 'utf8'), town.env, town.ledgerFile));
  const copies: string[] = [];
  for await (const { kind } of compactionsIn({ ledger, tables }, { beforeMs: Date.now() })) {
    if (kind !== 'compacted' || copies.length > 3) continue;
    const copy = inFolder(`copy-${copies.length}.db`);
    for (const end of ['', '-wal']) if (existsSync(`${town.ledgerFile}${end}`)) copyFileSync(`${town.ledgerFile}${end}`, `${copy}${end}`);
    copies.push(copy);
  }
  await ledger.close();
  expect(copies.length).toBeGreaterThan(1);
  for (const copy of copies) {
    expect(await concord('verify', ...config(), '--ledger', copy)).toMatchObject({ status: 0 });
    expect(await concord('compact', ...config(), '--ledger', copy, '--keep', '0m', '--by', 'Ann', '--no-archive')).toMatchObject({
      status: 0,
    });
    expect(await changesIn(copy)).toBe(await changesIn(town.ledgerFile));
  }
});

test('while the sidecar runs: by its configuration and over REST, with edits and readers beside', { timeout: MINUTES }, async () => {
  town = await openTown(CUSTOMERS);
  const archive = inFolder('archive');
  const often = (given: Config): Config => ({
    ...given,
    ledger: { ...given.ledger, retention: { keepMs: 1, everyMs: 1500, archive } },
  });
  const { url, stop } = await town.startInside(often);
  await untilEqual(town, url);
  const id = textOf(await recordOf(url, ONE), 'id') ?? '';
  const post = async (body: object) => {
    const sent = { method: 'POST', headers: { ...AS_ADMIN, 'content-type': 'application/json' }, body: JSON.stringify(body) };
    return answered(fetch(`${url}/v1/compactions`, sent));
  };
  const versions = new Map<number, string>();
  for (let round = 0; round < 4; round += 1) {
    await make(town, contested(40, CUSTOMERS, round));
    await Promise.all([town.anna.edit(ONE, { name: `Round ${round}` }), town.ben.edit(ONE, { PrimaryContactPhone: `+1 ${round}` })]);
    const document = await fetch(`${url}/v1/records/${id}/document`, { headers: AS_ADMIN });
    free(load(new Uint8Array(await document.arrayBuffer())));
    await untilEqual(town, url);
    for (const one of objectsOf(await ask(url, `/v1/records/${id}/history?limit=200`), 'items')) {
      const told = JSON.stringify([member(one, 'at'), member(one, 'system'), member(one, 'edits')]);
      const version = Number(member(one, 'version'));
      if (member(one, 'epoch') === undefined) expect(versions.get(version) ?? told, 'a version that is told is what it was').toBe(told);
      versions.set(version, told);
    }
  }
  expect([undefined, 'COMPACTION_BUSY']).toContain(member(await post({ before: new Date().toISOString() }), 'code'));
  await passed(url);
  expect(await post({ before: '2999-01-01T00:00:00Z' })).toMatchObject({ code: 'REQUEST_WRONG' });
  expect(await post({ before: new Date().toISOString(), entity: 'nobody' })).toMatchObject({ code: 'ENTITY_UNKNOWN' });
  await stop();
  for (const command of [['verify'], ['doctor'], ['lab', 'prove', '--all']])
    expect({ command, ...(await concord(...command, ...config())) }).toMatchObject({ command, status: 0 });
  const archives = readdirSync(archive);
  expect(archives.filter((name) => name.endsWith('.part'))).toEqual([]);
  let proved = 0;
  for (const name of archives) {
    const { printed } = await concord('verify', ...config(), '--archive', join(archive, name));
    expect(printed, 'none tells something else').toMatch(/ 0 are not/u);
    proved += Number(/(\d+) compacted records are proved/u.exec(printed)?.[1]);
  }
  expect(proved).toBeGreaterThan(CUSTOMERS / 2);
});

async function answered(sent: Promise<Response>): Promise<Json> {
  return JSON.parse(await (await sent).text());
}

const passed = (url: string): Promise<void> =>
  until(async () => {
    const pass = member(await ask(url, '/v1/compactions'), 'pass');
    return member(pass, 'state') === 'done' ? undefined : JSON.stringify(pass);
  });

test('a sidecar that is killed in the midst of a pass goes on with it', { timeout: MINUTES }, async () => {
  town = await openTown(60);
  writeFileSync(
    town.configFile,
    readFileSync(town.configFile, 'utf8').replace(
      'ledger: { file: ledger.db }',
      'ledger: { file: ledger.db, retention: { archive: none } }',
    ),
  );
  const { url: first, end } = await town.startOutside();
  await untilEqual(town, first);
  await make(town, contested(120, 60, 3));
  await untilEqual(town, first);
  const sent = { method: 'POST', headers: { ...AS_ADMIN, 'content-type': 'application/json' } };
  const begun = await fetch(`${first}/v1/compactions`, {
    ...sent,
    body: JSON.stringify({ by: 'Ann', before: new Date().toISOString(), archive: false }),
  });
  expect(begun.status).toBe(202);
  await end('SIGKILL');
  const again = await town.startOutside();
  await passed(again.url);
  await town.anna.edit(ONE, { name: 'After all that' });
  await untilEqual(town, again.url);
  const url = ['--url', again.url, '--keep', '0m', '--by', 'Ann'];
  for (const [given, words] of [
    [[...url, '--dry-run', '--no-archive'], '--dry-run'],
    [[...url, '--archive', 'there'], 'leave --archive out'],
    [url, 'There is no folder'],
  ] as const)
    expect(await concord('compact', ...given)).toMatchObject({ status: 1, printed: expect.stringContaining(words) });
  expect((await concord('compact', ...url, '--no-archive')).printed).toMatch(/changes of \d+ records are gone, of \d+ records/u);
  await again.end('SIGTERM');
  expect(await concord('verify', ...config())).toMatchObject({ status: 0 });
  expect((await concord('compact', ...config(), '--keep', '0m', '--dry-run')).printed, 'hardly anything is left to do').toMatch(
    /^\d{1,2} changes of \d{1,2} records/u,
  );
});

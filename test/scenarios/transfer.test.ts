import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { load } from '@automerge/automerge';
import { importLedger, readOnlyLedger } from '@concord/adapters';
import { ConcordError, recordId } from '@concord/core';
import { afterEach, expect, test } from 'vitest';
import { member, textOf } from '../../packages/adapters/src/shared/json/look.ts';
import { contested, make } from '../kit/town-burst.ts';
import { account } from '../kit/town-tables.ts';
import { AS_ADMIN } from '../kit/key.ts';
import { ask, openTown, ownWrites, recordOf, untilEqual, type Town } from '../kit/town.ts';
import { runCommand } from '../server/command.ts';

const CUSTOMERS = 12;
const ONE = account(1);

let town: Town;
afterEach(() => town.close());

const concord = (...args: readonly string[]) => runCommand(args, { ...town.env });

async function lived(): Promise<{ readonly id: string; readonly document: Uint8Array }> {
  town = await openTown(CUSTOMERS);
  const { url, stop } = await town.startInside();
  await untilEqual(town, url);
  await make(town, contested(60, CUSTOMERS, 3));
  await town.anna.edit(ONE, { name: 'New Ltd' });
  await untilEqual(town, url);
  const id = textOf(await recordOf(url, ONE), 'id') ?? '';
  expect(member(await ask(url, `/v1/records/${id}/resync`, { by: 'Ann' }), 'differing'), 'nothing differs, over real systems').toBe(0);
  const document = new Uint8Array(await (await fetch(`${url}/v1/records/${id}/document`, { headers: AS_ADMIN })).arrayBuffer());
  await stop();
  return { id, document };
}

test(
  'what is exported and imported into a new ledger is the same byte for byte, verifies, and goes on without a write',
  { timeout: 180_000 },
  async () => {
    const { id, document } = await lived();
    expect(JSON.parse(JSON.stringify(load(document))), 'any Automerge loads it').toMatchObject({
      account: ONE,
      name: expect.stringMatching(/./),
    });
    const folder = dirname(town.ledgerFile);
    const [first, second, single] = [join(folder, 'first.jsonl'), join(folder, 'second.jsonl'), join(folder, 'one.automerge')];
    expect(await concord('export', '--config', town.configFile, '--to', first)).toMatchObject({ status: 0 });
    expect(await concord('export', '--config', town.configFile, '--record', id, '--as', 'automerge', '--to', single)).toMatchObject({
      status: 0,
    });
    expect(readFileSync(single).equals(document)).toBe(true);
    const over = ['export', '--config', town.configFile, '--record', id, '--to', single];
    expect(await concord(...over)).toMatchObject({ status: 1, printed: expect.stringContaining('There is a file') });
    expect(readFileSync(single).equals(document), 'what is there is left as it is').toBe(true);
    expect(await concord(...over, '--force')).toMatchObject({ status: 0 });
    expect(await concord('import', first, '--config', town.configFile)).toMatchObject({
      status: 1,
      printed: expect.stringContaining('already'),
    });
    for (const end of ['', '-wal', '-shm']) rmSync(`${town.ledgerFile}${end}`, { force: true });
    expect(await concord('import', first, '--config', town.configFile)).toMatchObject({
      status: 0,
      printed: expect.stringContaining(`${CUSTOMERS} records`),
    });
    expect(await concord('verify', '--config', town.configFile)).toMatchObject({ status: 0, printed: expect.stringContaining('0 wrong') });
    const again = readOnlyLedger({ file: town.ledgerFile });
    writeFileSync(second, [...again.lines()].map((line) => `${line}\n`).join(''));
    await again.close();
    expect(readFileSync(second).equals(readFileSync(first))).toBe(true);
    const writes = ownWrites(town.ce) + ownWrites(town.fno);
    const { url } = await town.startInside();
    await untilEqual(town, url);
    expect(ownWrites(town.ce) + ownWrites(town.fno)).toBe(writes);
  },
);

test('an export that was cut off, altered, or is none makes no ledger', { timeout: 120_000 }, async () => {
  const { id } = await lived();
  const ledger = readOnlyLedger({ file: town.ledgerFile });
  const lines = [...ledger.lines()];
  const one = [...ledger.lines(recordId(id))];
  await ledger.close();
  const file = join(dirname(town.ledgerFile), 'new.db');
  const refused = async (given: readonly string[]): Promise<string> => {
    try {
      await importLedger(file, feed(given));
      return 'taken';
    } catch (thrown) {
      return thrown instanceof ConcordError ? thrown.message : String(thrown);
    }
  };
  expect(await refused(lines.slice(0, -1))).toMatch(/the end is missing/);
  expect(await refused(lines.slice(1))).toMatch(/Line 1 .* no head/);
  expect(await refused(lines.filter((_line, index) => index !== 5))).toMatch(/are not those that were exported|does not stand behind/);
  const change = lines.findIndex((line) => line.includes('"kind":"change"'));
  expect(await refused(lines.with(change, (lines[change] ?? '').replace('"chunk":"', '"chunk":"AAAA')))).toMatch(/do not have its hash/);
  expect(await refused(['no json'])).toMatch(/Line 1 .* no JSON object/);
  expect(await refused(one)).toBe('taken');
  const single = readOnlyLedger({ file });
  expect(await single.counts()).toMatchObject({ records: 1 });
  await single.close();
});

async function* feed(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

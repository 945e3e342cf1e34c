import type { Sidecar } from '@concord/server';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isObject, member, textOf } from '../../packages/adapters/src/shared/json/look.ts';
import { account } from '../kit/town-tables.ts';
import { customerIn } from '../kit/town-rows.ts';
import { AS_ADMIN } from '../kit/key.ts';
import { ask, askList, counted, openTown, ownWrites, recordOf, untilCaughtUp, untilEqual, type Town } from '../kit/town.ts';
import { sideBySide, until } from '../kit/until.ts';
import { runCommand } from '../server/command.ts';

const CUSTOMERS = 6;
const ALL = Array.from({ length: CUSTOMERS }, (_, index) => account(index));
const [ONE = '', TWO = ''] = ALL;
const LONG = 'a number that is far too long for the other system';

let town: Town;
let sidecar: Sidecar;
let url = '';
beforeEach(async () => {
  town = await openTown(CUSTOMERS);
  await start();
  await untilEqual(town, url);
});
afterEach(() => town.close());

async function start(): Promise<void> {
  sidecar = await town.startInside();
  ({ url } = sidecar);
}

async function park(...accounts: readonly string[]): Promise<readonly string[]> {
  await sideBySide(accounts, 8, (one) => town.anna.edit(one, { telephone1: LONG }));
  await until(async () => ((await counted(url, 'parked')) === accounts.length ? undefined : 'not all are parked'));
  return (await askList(url, '/v1/deliveries?state=parked')).map((row) => textOf(row, 'id') ?? '');
}

test('what is parked is explained: which fields, in whose words, and what happens next', async () => {
  await park(ONE);
  const [row] = await askList(url, '/v1/deliveries?state=parked');
  expect(row).toMatchObject({ system: 'fno', entity: 'customer', kind: 'update', fields: ['phone'], words: expect.stringMatching(/\w/) });
  expect(row).toMatchObject({ next: expect.stringContaining('until an edit makes it another write') });
});

test('retried, it is sent again, and parked again where it is refused again; the person is on record', async () => {
  const [id = ''] = await park(ONE);
  const before = town.fno.stats().principals['concord']?.rejectedByStatus['400'] ?? 0;
  await ask(url, `/v1/deliveries/${id}/retry`, { by: 'Ann Lee', note: 'once more' });
  await until(() =>
    (town.fno.stats().principals['concord']?.rejectedByStatus['400'] ?? 0) > before ? undefined : 'it was not sent again',
  );
  await until(async () => ((await counted(url, 'parked')) === 1 ? undefined : 'it is not parked again'));
  const late = await fetch(`${url}/v1/deliveries/${id}/retry`, {
    method: 'POST',
    headers: { ...AS_ADMIN, ...JSON_TYPE },
    body: '{"by":"Ann Lee"}',
  });
  expect([late.status, await late.text()]).toEqual([409, expect.stringContaining('DELIVERY_GONE')]);
});

test('discarded, the system keeps what it has over a restart and other edits; a new value of that field is written', async () => {
  const old = customerIn(town, ONE).fno?.['phone'];
  const [id = ''] = await park(ONE);
  await ask(url, `/v1/deliveries/${id}/discard`, { by: 'Ann Lee' });
  expect([await counted(url, 'parked'), await counted(url, 'due')]).toEqual([0, 0]);
  expect(await recordOf(url, ONE)).toMatchObject({ systems: { fno: { discarded: { kind: 'update', registers: ['phone'] } } } });
  await sidecar.stop();
  await start();
  await town.anna.edit(ONE, { name: 'New Ltd' });
  await until(() => (customerIn(town, ONE).fno?.['name'] === 'New Ltd' ? undefined : 'the name is not there'));
  await untilCaughtUp(url);
  expect(customerIn(town, ONE)).toMatchObject({ fno: { phone: old }, ce: { phone: LONG } });
  expect(await counted(url, 'parked')).toBe(0);
  await town.anna.edit(ONE, { telephone1: '+1 555 0123' });
  await untilEqual(town, url);
  expect(customerIn(town, ONE).fno?.['phone']).toBe('+1 555 0123');
});

test('an edit made in the system that was left without it is weighed against it: neither is lost in silence', async () => {
  const [id = ''] = await park(ONE);
  await ask(url, `/v1/deliveries/${id}/discard`, { by: 'Ann Lee' });
  await town.ben.edit(ONE, { PrimaryContactPhone: '+1 555 7777' });
  await untilEqual(town, url);
  const record = await recordOf(url, ONE);
  const history = await askList(url, `/v1/records/${textOf(record, 'id')}/history`);
  const decided = history.flatMap((version) => (Array.isArray(version['resolutions']) ? version['resolutions'] : [])).filter(isObject);
  expect(decided.filter((one) => JSON.stringify(member(one, 'losers')).includes(LONG))).toHaveLength(1);
});

test('in bulk, from the command line: listed, discarded for one system, and nothing is written', { timeout: 120_000 }, async () => {
  await park(ONE, TWO);
  const listed = await runCommand(['parked', 'list', '--url', url], town.env);
  expect(listed).toMatchObject({ status: 0, printed: expect.stringMatching(/update customer .* in fno \(phone\)[\s\S]*2 parked\./) });
  const writes = ownWrites(town.fno);
  const wrong = await runCommand(['parked', 'discard', '--url', url, '--by', 'Ann', '--all', '--system', 'sap'], town.env);
  expect(wrong).toMatchObject({ status: 1, printed: expect.stringContaining('Use one of: ') });
  expect(await runCommand(['parked', 'discard', '--url', url, '--by', 'Ann'], town.env)).toMatchObject({ status: 1 });
  const done = await runCommand(['parked', 'discard', '--url', url, '--by', 'Ann', '--all', '--system', 'fno'], town.env);
  expect(done).toMatchObject({ status: 0, printed: expect.stringContaining('2 were discarded') });
  expect([await counted(url, 'parked'), ownWrites(town.fno)]).toEqual([0, writes]);
});

const JSON_TYPE = { 'content-type': 'application/json' };

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startDataverse } from '../../../packages/adapters/src/emulators/index.ts';
import type { DataverseSettings, Emulator } from '../../../packages/adapters/src/emulators/index.ts';
import { CE, idOf, signIn } from './caller.ts';
import type { Caller } from './caller.ts';
import { LITTLE_CE } from './little-org.ts';
import { listener } from './listener.ts';

const ACCOUNTS = `${CE}/accounts`;
const CONTRACTS = 'http://schemas.microsoft.com/xrm/2011/Contracts';

let emulator: Emulator<DataverseSettings>;
let anna: Caller;
let receiver: Awaited<ReturnType<typeof listener>>;
const answers: number[] = [];

beforeEach(async () => {
  answers.length = 0;
  emulator = await startDataverse({ seed: LITTLE_CE });
  receiver = await listener(answers);
  anna = await signIn(emulator, 'anna');
});
afterEach(async () => {
  await emulator.close();
  await receiver.close();
});

const withName = (name: string) => ({ Attributes: expect.arrayContaining([{ key: 'name', value: name }]) });

const names = (): readonly unknown[] =>
  receiver.heard.map((one) => /"key":"name","value":"([^"]*)"/.exec(one.text)?.[1] ?? one.json['MessageName']);

async function makeAll(count: number): Promise<readonly string[]> {
  const made = Array.from({ length: count }, (_none, n) => `n${n}`);
  for (const name of made) await anna.call('POST', ACCOUNTS, { name });
  await emulator.hooks.idle();
  return made;
}

test('a write is told in the documented form: who, what, which row, and the tag', async () => {
  emulator.hooks.add({ url: receiver.url });
  const told = await anna.call('POST', `${ACCOUNTS}?tag=concord:1`, { name: 'Acme', creditlimit: 5, rating: 1, since: '2024-05-01' });
  await emulator.hooks.idle();
  const [heard] = receiver.heard;
  const user = (await anna.get(`${CE}/WhoAmI`)).json['UserId'];
  expect(heard?.json).toMatchObject({
    MessageName: 'Create',
    PrimaryEntityName: 'account',
    PrimaryEntityId: idOf(told),
    UserId: user,
    InitiatingUserId: user,
    SharedVariables: [{ key: 'tag', value: 'concord:1' }],
    Stage: 40,
    Mode: 1,
    OperationCreatedOn: expect.stringMatching(/^\/Date\(\d+\+0000\)\/$/),
  });
  const attributes = [
    { key: 'name', value: 'Acme' },
    { key: 'creditlimit', value: { __type: `Money:${CONTRACTS}`, Value: 5 } },
    { key: 'rating', value: { __type: `OptionSetValue:${CONTRACTS}`, Value: 1 } },
    { key: 'since', value: `/Date(${Date.parse('2024-05-01')})/` },
  ];
  expect(heard?.json['InputParameters']).toMatchObject([
    { key: 'Target', value: { LogicalName: 'account', Id: idOf(told), Attributes: expect.arrayContaining(attributes) } },
  ]);
  expect(heard?.headers).toMatchObject({ 'x-ms-dynamics-entity-name': 'account', 'x-ms-dynamics-request-name': 'Create' });
  expect(heard?.text).toContain(String.raw`\/Date(`);
});

test('an update tells the changed columns and both images, a deletion a reference', async () => {
  const id = idOf(await anna.call('POST', ACCOUNTS, { name: 'one' }));
  emulator.hooks.add({ url: receiver.url });
  await anna.call('PATCH', `${ACCOUNTS}(${id})`, { name: 'two' });
  await anna.call('DELETE', `${ACCOUNTS}(${id})`);
  await emulator.hooks.idle();
  const [update, remove] = receiver.heard;
  expect(update?.json).toMatchObject({
    MessageName: 'Update',
    InputParameters: [{ key: 'Target', value: { Attributes: [{ key: 'name', value: 'two' }] } }],
    PreEntityImages: [{ key: 'PreImage', value: withName('one') }],
    PostEntityImages: [{ key: 'PostImage', value: withName('two') }],
  });
  expect(remove?.json).toMatchObject({
    MessageName: 'Delete',
    PrimaryEntityId: id,
    InputParameters: [{ key: 'Target', value: { Id: id } }],
  });
});

test('nothing is told of a write that was refused, or rolled back', async () => {
  emulator.hooks.add({ url: receiver.url });
  await anna.call('POST', ACCOUNTS, { employees: -1 });
  await emulator.hooks.idle();
  expect(receiver.heard).toEqual([]);
});

test('a hook hears only the set and the messages that it is for, with its own credentials', async () => {
  emulator.hooks.add({ url: receiver.url, set: 'accounts', messages: ['Delete'], code: 'key1', headers: { 'x-secret': 's' } });
  const id = idOf(await anna.call('POST', ACCOUNTS, { name: 'x' }));
  await anna.call('POST', `${CE}/notes`, { text: 'x' });
  await anna.call('DELETE', `${ACCOUNTS}(${id})`);
  await emulator.hooks.idle();
  expect(receiver.heard.map((one) => [one.path, one.headers['x-secret'], one.json['MessageName']])).toEqual([
    ['/hook?code=key1', 's', 'Delete'],
  ]);
});

describe('the answer of the receiver', () => {
  test.each([502, 503, 504])('%i: the message is sent once more', async (status) => {
    answers.push(status);
    emulator.hooks.add({ url: receiver.url });
    await makeAll(1);
    expect(receiver.heard.length).toBe(2);
    expect(emulator.stats().hooks).toEqual({ sent: 1, failed: 0, dropped: 0 });
  });

  test('503 twice: there is no third time', async () => {
    answers.push(503, 503);
    emulator.hooks.add({ url: receiver.url });
    await makeAll(1);
    expect([receiver.heard.length, emulator.stats().hooks.failed]).toEqual([2, 1]);
  });

  test.each([400, 500])('%i: the message is given up', async (status) => {
    answers.push(status);
    emulator.hooks.add({ url: receiver.url });
    await makeAll(1);
    expect([receiver.heard.length, emulator.stats().hooks.failed]).toEqual([1, 1]);
  });
});

describe('what goes wrong with messages', () => {
  test('they come twice', async () => {
    emulator.hooks.add({ url: receiver.url });
    emulator.hooks.faults({ duplicate: 1 });
    await makeAll(2);
    expect(names()).toEqual(['n0', 'n0', 'n1', 'n1']);
  });

  test('they never come', async () => {
    emulator.hooks.add({ url: receiver.url });
    emulator.hooks.faults({ drop: 1 });
    await makeAll(3);
    expect([receiver.heard, emulator.stats().hooks.dropped]).toEqual([[], 3]);
  });

  test('they overtake each other, and none is lost', async () => {
    emulator.hooks.add({ url: receiver.url });
    emulator.hooks.faults({ reorder: 1, delayMs: 5 });
    const made = await makeAll(4);
    expect(names()).not.toEqual(made);
    expect(new Set(names())).toEqual(new Set(made));
  });

  test.each(['oversize', 'limit'] as const)('they are too large (%s) and come without what happened', async (why) => {
    emulator.hooks.add({ url: receiver.url });
    if (why === 'oversize') emulator.hooks.faults({ oversize: 1 });
    else emulator.settings({ hookBytesMax: 100 });
    const id = idOf(await anna.call('POST', ACCOUNTS, { name: 'x' }));
    await emulator.hooks.idle();
    const [heard] = receiver.heard;
    expect(heard?.headers['x-ms-dynamics-msg-size-exceeded']).toBe('true');
    expect(heard?.json).toMatchObject({ MessageName: 'Create', PrimaryEntityName: 'account', PrimaryEntityId: id });
    for (const name of ['InputParameters', 'PreEntityImages', 'PostEntityImages', 'ParentContext'])
      expect(heard?.json).not.toHaveProperty(name);
  });
});

describe('service protection', () => {
  test('more requests than allowed in the window are answered with 429 and Retry-After, until the window has passed', async () => {
    emulator.settings({ requestsMax: 3, windowMs: 10_000 });
    const statuses: number[] = [];
    for (let n = 0; n < 5; n += 1) statuses.push((await anna.get(ACCOUNTS)).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    const refused = await anna.get(ACCOUNTS);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.text).toContain('0x80072322');
    expect((await (await signIn(emulator, 'ben')).get(ACCOUNTS)).status).toBe(200);
    emulator.clock.skew(11_000);
    expect((await anna.get(ACCOUNTS)).status).toBe(200);
  });

  test('more requests at a time than allowed are answered with 429 0x80072326', async () => {
    emulator.settings({ concurrentMax: 2 });
    emulator.faults.add({ path: 'accounts', action: { kind: 'slow', delayMs: 50 } });
    const told = await Promise.all([1, 2, 3, 4].map(() => anna.get(ACCOUNTS)));
    expect(told.map((one) => one.status).toSorted((a, b) => a - b)).toEqual([200, 200, 429, 429]);
    expect(told.find((one) => one.status === 429)?.text).toContain('0x80072326');
    expect((await anna.get(ACCOUNTS)).status).toBe(200);
  });

  test('more execution time than allowed is answered with 429 0x80072321', async () => {
    emulator.settings({ executionMsMax: 20 });
    emulator.faults.add({ path: 'accounts', times: 1, action: { kind: 'slow', delayMs: 40 } });
    expect((await anna.get(ACCOUNTS)).status).toBe(200);
    const told = await anna.get(ACCOUNTS);
    expect([told.status, told.text]).toEqual([429, expect.stringContaining('0x80072321')]);
  });
});

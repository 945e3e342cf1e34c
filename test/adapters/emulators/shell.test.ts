import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startDataverse, startFinops } from '../../../packages/adapters/src/emulators/index.ts';
import type { DataverseSettings, Emulator, Seed } from '../../../packages/adapters/src/emulators/index.ts';
import { CE, ask, idOf, signIn, textAt, tokenOf } from './caller.ts';
import type { Caller } from './caller.ts';
import { LITTLE_CE, LITTLE_FNO } from './little-org.ts';

const ACCOUNTS = `${CE}/accounts`;

let emulator: Emulator<DataverseSettings>;
let concord: Caller;

beforeEach(async () => {
  emulator = await startDataverse({ seed: LITTLE_CE });
  concord = await signIn(emulator);
});
afterEach(() => emulator.close());

const count = (): number => emulator.rows('accounts').length;
const make = () => concord.call('POST', ACCOUNTS, { name: 'x' });
const admin = (method: string, path: string, body?: object) =>
  ask(`${emulator.url}/admin/${path}`, method, body === undefined ? '' : JSON.stringify(body), {});

describe('tokens', () => {
  test('a request without a good token is 401 and says where to get one', async () => {
    for (const headers of [{}, { authorization: 'Bearer made-up' }]) {
      const told = await ask(`${emulator.url}${ACCOUNTS}`, 'GET', '', headers);
      expect([told.status, told.headers.get('www-authenticate')]).toEqual([401, expect.stringMatching(/^Bearer authorization_uri=/)]);
    }
  });

  test('a wrong secret or an unknown client gets none', async () => {
    expect(await tokenOf(emulator, 'concord', 'guess')).toBe('');
    expect(await tokenOf(emulator, 'constructor')).toBe('');
  });

  test('a revoked token is 401, and a new one is good', async () => {
    emulator.revokeTokens();
    expect((await concord.get(ACCOUNTS)).status).toBe(401);
    expect((await (await signIn(emulator)).get(ACCOUNTS)).status).toBe(200);
  });

  test('a token ends after an hour', async () => {
    let nowMs = Date.parse('2025-01-01');
    const other = await startDataverse({ seed: LITTLE_CE, now: () => nowMs });
    const caller = await signIn(other);
    expect((await caller.get(ACCOUNTS)).status).toBe(200);
    nowMs += 3_600_000;
    expect((await caller.get(ACCOUNTS)).status).toBe(401);
    await other.close();
  });
});

describe('statistics', () => {
  test('count requests, and writes by method and set; a write that changes nothing counts, a refused one counts apart', async () => {
    const id = idOf(await make());
    const at = `${ACCOUNTS}(${id})`;
    for (const name of ['x', 'x']) await concord.call('PATCH', at, { name });
    await concord.call('PATCH', at, { name: 'y' }, { 'if-match': 'W/"1"' });
    await concord.call('PATCH', at, { employees: -1 });
    await concord.get(at);
    await (await signIn(emulator, 'ben')).call('DELETE', at);
    expect(emulator.stats().principals).toEqual({
      concord: {
        requests: 6,
        writes: { POST: { accounts: 1 }, PATCH: { accounts: 2 } },
        rejected: { PATCH: { accounts: 2 } },
        rejectedByStatus: { '412': 1, '400': 1 },
      },
      ben: { requests: 1, writes: { DELETE: { accounts: 1 } }, rejected: {}, rejectedByStatus: {} },
    });
    emulator.resetStats();
    expect(emulator.stats().principals).toEqual({});
  });

  test('a throttled write is not an accepted one', async () => {
    emulator.faults.add({ method: 'POST', action: { kind: 'throttled', retryAfterSeconds: 3 } });
    const told = await make();
    expect([told.status, told.headers.get('retry-after')]).toEqual([429, '3']);
    expect(emulator.stats().principals['concord']).toMatchObject({
      writes: {},
      rejected: { POST: { accounts: 1 } },
      rejectedByStatus: { '429': 1 },
    });
  });
});

const tossed = async (): Promise<readonly number[]> => {
  const other = await startDataverse({ seed: LITTLE_CE, chanceSeed: 7 });
  other.faults.add({ probability: 0.5, action: { kind: 'status', status: 500 } });
  const caller = await signIn(other);
  const statuses: number[] = [];
  for (let n = 0; n < 20; n += 1) statuses.push((await caller.get(ACCOUNTS)).status);
  await other.close();
  return statuses;
};

describe('faults', () => {
  test.each([500, 502, 503, 504])('%i is answered, as often as was asked for, and nothing is done', async (status) => {
    emulator.faults.add({ times: 2, action: { kind: 'status', status, retryAfterSeconds: 1 } });
    const told = [await make(), await make(), await make()];
    expect(told.map((one) => one.status)).toEqual([status, status, 204]);
    expect([told[0]?.headers.get('retry-after'), count()]).toEqual(['1', 1]);
  });

  test('a connection that is cut before leaves nothing; one that is cut after the commit leaves the write', async () => {
    emulator.faults.add({ method: 'POST', times: 1, action: { kind: 'dropBefore' } });
    await expect(make()).rejects.toThrow('fetch failed');
    expect(count()).toBe(0);
    emulator.faults.add({ method: 'POST', times: 1, action: { kind: 'dropAfter' } });
    await expect(make()).rejects.toThrow('fetch failed');
    expect(count()).toBe(1);
    expect(emulator.stats().principals['concord']?.writes).toEqual({ POST: { accounts: 1 } });
  });

  test('a stale answer is given whatever version was sent', async () => {
    const id = idOf(await make());
    emulator.faults.add({ method: 'PATCH', times: 1, action: { kind: 'stale' } });
    const told = await concord.call('PATCH', `${ACCOUNTS}(${id})`, { name: 'y' }, { 'if-match': '*' });
    expect([told.status, told.text]).toEqual([412, expect.stringContaining('0x80060882')]);
  });

  test('a rule strikes only its method, its path and its principal', async () => {
    const status = { kind: 'status', status: 500 } as const;
    emulator.faults.add({ method: 'POST', path: 'accounts$', principal: 'anna', action: status });
    const anna = await signIn(emulator, 'anna');
    const statuses = [
      await concord.call('POST', ACCOUNTS, {}),
      await anna.get(ACCOUNTS),
      await anna.call('POST', `${CE}/notes`, {}),
      await anna.call('POST', ACCOUNTS, {}),
    ].map((told) => told.status);
    expect(statuses).toEqual([204, 200, 204, 500]);
  });

  test('a probable fault strikes some requests, and the same ones in each run', async () => {
    const statuses = await tossed();
    expect(new Set(statuses)).toEqual(new Set([200, 500]));
    expect(await tossed()).toEqual(statuses);
  });

  test('cleared rules strike no more', async () => {
    const id = emulator.faults.add({ action: { kind: 'status', status: 500 } });
    emulator.faults.clear(id);
    expect([emulator.faults.list(), (await make()).status]).toEqual([[], 204]);
  });

  test('down: no request gets an answer, not even for a token; up: the port and the rows are as before', async () => {
    await make();
    emulator.faults.down(true);
    await expect(concord.get(ACCOUNTS)).rejects.toThrow('fetch failed');
    await expect(tokenOf(emulator, 'concord')).rejects.toThrow('fetch failed');
    emulator.faults.down(false);
    expect((await concord.get(ACCOUNTS)).rows).toHaveLength(1);
  });

  test('a request under way when the system goes down gets no answer', async () => {
    emulator.faults.add({ path: 'accounts', action: { kind: 'slow', delayMs: 60 } });
    const under = make().then(
      () => 'answered',
      () => 'cut',
    );
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
    emulator.faults.down(true);
    expect(await under).toBe('cut');
    expect(count()).toBe(0);
  });
});

describe('the clock', () => {
  test('that is set ahead shows in what is written', async () => {
    emulator.clock.skew(86_400_000);
    const told = await concord.call('POST', ACCOUNTS, {}, { prefer: 'return=representation' });
    expect(Date.parse(textAt(told.json, 'modifiedon')) - Date.now()).toBeGreaterThan(80_000_000);
  });
});

describe('the schema', () => {
  test('a column is added, renamed with its values, and removed', async () => {
    const id = idOf(await make());
    const at = `${ACCOUNTS}(${id})`;
    emulator.changeSchema({ kind: 'add', set: 'accounts', column: { name: 'extra', type: 'text' } });
    expect((await concord.call('PATCH', at, { extra: 'e' })).status).toBe(204);
    emulator.changeSchema({ kind: 'rename', set: 'accounts', column: 'name', to: 'title' });
    expect((await concord.get(`${at}?$select=title,extra`)).json).toMatchObject({ title: 'x', extra: 'e' });
    expect((await concord.get(`${at}?$select=name`)).status).toBe(400);
    emulator.changeSchema({ kind: 'remove', set: 'accounts', column: 'extra' });
    expect((await concord.get(`${CE}/$metadata`)).text).not.toContain('"extra"');
  });

  test('a change that does not fit is refused in words', () => {
    expect(() => emulator.changeSchema({ kind: 'remove', set: 'accounts', column: 'nosuch' })).toThrow(
      'Column "nosuch" is not in "accounts".',
    );
    expect(() => emulator.changeSchema({ kind: 'remove', set: 'nosuch', column: 'x' })).toThrow('There is no table "nosuch"');
  });
});

describe('loading', () => {
  test('what was dumped and loaded again is the same: rows, versions and numbers', async () => {
    await make();
    const dump = emulator.dump();
    const other = await startDataverse({ seed: dump });
    expect(other.dump()).toEqual(dump);
    await other.close();
    const fno = await startFinops({ seed: LITTLE_FNO });
    const clerk = await signIn(fno);
    await clerk.call('POST', '/data/CustomersV3', { CustomerGroupId: 'W' });
    const told = fno.dump();
    const again = await startFinops({ seed: told });
    expect(again.dump()).toEqual(told);
    expect((await (await signIn(again)).call('POST', '/data/CustomersV3', { CustomerGroupId: 'W' })).json['CustomerAccount']).toBe(
      'C-0002',
    );
    await fno.close();
    await again.close();
  });

  test('whoever followed goes on where they were: what was changed and deleted since is told, also what was deleted before', async () => {
    const kept: Seed[] = [];
    const first = await startDataverse({ seed: LITTLE_CE, keep: (held) => kept.push(JSON.parse(JSON.stringify(held))) });
    const caller = await signIn(first);
    const id = textAt((await caller.call('POST', ACCOUNTS, { name: 'one' }, { prefer: 'return=representation' })).json, 'accountid');
    const gone = textAt((await caller.call('POST', ACCOUNTS, { name: 'two' }, { prefer: 'return=representation' })).json, 'accountid');
    const followed = textAt((await caller.get(ACCOUNTS, { prefer: 'odata.track-changes' })).json, '@odata.deltaLink');
    await caller.call('DELETE', `${ACCOUNTS}(${gone})`);
    await first.close();
    const second = await startDataverse({ seed: kept.at(-1) ?? { tables: [], rows: {} } });
    const again = await signIn(second);
    await again.call('PATCH', `${ACCOUNTS}(${id})`, { name: 'three' });
    const { pathname, search } = new URL(followed);
    const told = (await again.get(`${pathname}${search}`)).rows;
    expect(told).toEqual([
      expect.objectContaining({ accountid: id, name: 'three' }),
      expect.objectContaining({ id: gone, reason: 'deleted' }),
    ]);
    await second.close();
  });

  test('what is only read is not kept anew', async () => {
    let times = 0;
    const system = await startFinops({ seed: LITTLE_FNO, keep: () => (times += 1) });
    const clerk = await signIn(system);
    await clerk.call('GET', '/data/CustomersV3');
    expect(times).toBe(0);
    await clerk.call('POST', '/data/CustomersV3', { CustomerGroupId: 'W' });
    expect(times).toBe(1);
    await system.close();
  });

  test('rows that are loaded show in the feed as changed', async () => {
    const first = await concord.get(ACCOUNTS, { prefer: 'odata.track-changes' });
    emulator.load({ tables: [], rows: { accounts: [{ name: 'loaded' }] } });
    expect((await concord.get(textAt(first.json, '@odata.deltaLink'))).rows).toMatchObject([{ name: 'loaded' }]);
  });

  test('a seed with a mistake is refused, with its place', () => {
    expect(() => emulator.load(JSON.parse('{"tables":[{"set":"x"}],"rows":{}}'))).toThrow(/tables\[0\]/);
    expect(() => emulator.load({ tables: [], rows: { accounts: [{ nosuch: 1 }] } })).toThrow('"nosuch"');
    expect(() => emulator.load({ tables: [], rows: { nosuch: [] } })).toThrow('There is no table "nosuch"');
  });
});

describe('administration over HTTP', () => {
  test('does what the handle does', async () => {
    const { id } = (await admin('POST', 'faults', { times: 1, action: { kind: 'status', status: 503 } })).json;
    expect(emulator.faults.list()).toMatchObject([{ id, left: 1 }]);
    expect((await make()).status).toBe(503);
    await admin('POST', 'load', { tables: [], rows: { accounts: [{ name: 'a' }] } });
    expect(JSON.parse((await admin('GET', 'rows/accounts')).text)).toMatchObject([{ name: 'a' }]);
    expect((await admin('GET', 'stats')).json).toEqual(emulator.stats());
    expect((await admin('GET', 'dump')).json).toEqual(JSON.parse(JSON.stringify(emulator.dump())));
    await admin('POST', 'schema', { kind: 'remove', set: 'accounts', column: 'vip' });
    expect(emulator.rows('accounts')[0]).not.toHaveProperty('vip');
    await admin('POST', 'clock', { aheadMs: 5_000 });
    expect(emulator.clock.aheadMs()).toBe(5_000);
    await admin('POST', 'settings', { requestsMax: 77 });
    expect((await admin('GET', 'settings')).json).toMatchObject({ requestsMax: 77 });
    await admin('POST', 'hooks', { url: 'http://127.0.0.1:9/hook' });
    expect(emulator.hooks.list()).toHaveLength(1);
    await admin('DELETE', 'hooks');
    expect(emulator.hooks.list()).toEqual([]);
  });

  test('still answers while the system is down, and brings it back', async () => {
    expect((await admin('POST', 'down', { down: true })).status).toBe(204);
    await expect(concord.get(ACCOUNTS)).rejects.toThrow('fetch failed');
    await admin('POST', 'down', { down: false });
    expect((await concord.get(ACCOUNTS)).status).toBe(200);
  });

  test.each([
    ['POST', 'faults', { action: { kind: 'nosuch' } }, 400],
    ['POST', 'settings', { nosuch: 1 }, 400],
    ['POST', 'clock', {}, 400],
    ['GET', 'nosuch', undefined, 404],
  ])('%s /admin/%s with %j is refused in words', async (method, path, body, status) => {
    const told = await admin(method, path, body);
    expect([told.status, typeof told.json['error']]).toEqual([status, 'string']);
  });
});

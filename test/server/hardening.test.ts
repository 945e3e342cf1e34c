import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AS_ADMIN, keyOf } from '../kit/key.ts';
import { openApi, type Api } from './api-town.ts';

const BEARER_OF_NOBODY = { authorization: 'Bearer concord_000000000000_nothing' };
const JSON_TYPE = { 'content-type': 'application/json' };
const filled = (path: string): string => path.replaceAll(/:(\w+)/gu, (_whole, name: string) => (name === 'system' ? 'ce' : 'x'));

describe('what every answer bears', () => {
  let api: Api;
  beforeAll(async () => {
    api = await openApi();
  });
  afterAll(() => api.town.close());

  const hardened = ({ headers }: Response) =>
    [
      headers.get('x-content-type-options') === 'nosniff',
      headers.get('content-security-policy')?.includes("default-src 'none'"),
      headers.get('content-security-policy')?.includes("frame-ancestors 'none'"),
      headers.get('x-frame-options') === 'DENY',
      headers.get('referrer-policy') === 'no-referrer',
      headers.get('cache-control')?.startsWith('no-store'),
    ].every((holds) => holds === true);

  test('headers by which a browser keeps nothing, guesses nothing and frames nothing: every route, let in or refused', async () => {
    for (const { method, path } of api.doors) {
      for (const headers of [AS_ADMIN, {}]) {
        const abort = new AbortController();
        const init = method === 'POST' ? { method, body: '{', headers: { ...headers, ...JSON_TYPE } } : { method, headers };
        const answer = await fetch(`${api.url}${filled(path)}`, { ...init, signal: abort.signal });
        abort.abort();
        expect([method, path, hardened(answer)]).toEqual([method, path, true]);
      }
    }
    for (const path of ['/nothing', '/v1/records/%zz', '/docs']) {
      expect([path, hardened(await fetch(`${api.url}${path}`, { headers: AS_ADMIN }))]).toEqual([path, true]);
    }
  });

  test('a body that is too large is refused on every route that takes one', async () => {
    const body = JSON.stringify({ by: 'x'.repeat(1_100_000) });
    const doors = api.doors.filter(({ method }) => method === 'POST');
    expect(doors.length).toBeGreaterThan(20);
    for (const { method, path } of doors) {
      const { status } = await fetch(`${api.url}${filled(path)}`, { method, body, headers: { ...AS_ADMIN, ...JSON_TYPE } });
      expect([path, status]).toEqual([path, 413]);
    }
  });
});

describe('how often somebody may ask', () => {
  let api: Api;
  const RATE = { key: 100_000, address: 5, hooks: 7 };
  beforeAll(async () => {
    // The town looks again and again until both systems agree: with the admin's key, which the tests below leave alone.
    api = await openApi((config) => ({ ...config, server: { ...config.server, rate: RATE } }));
  });
  afterAll(() => api.town.close());

  async function statuses(many: number, path: string, init: RequestInit): Promise<readonly number[]> {
    const told: number[] = [];
    for (let n = 0; n < many; n += 1) told.push((await fetch(`${api.url}${path}`, init)).status);
    return told;
  }

  test('whoever has no key, or tries some, is let go after a few, and told when to come back; a key is still let in', async () => {
    const told = await statuses(RATE.address + 2, '/v1/records', { headers: BEARER_OF_NOBODY });
    expect(told).toEqual([401, 401, 401, 401, 401, 429, 429]);
    const answer = await fetch(`${api.url}/v1/nothing`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([429, expect.stringContaining('application/problem+json')]);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await answer.json()).toMatchObject({ code: 'RATE_EXCEEDED', remedy: expect.stringContaining('Retry-After') });
    expect((await fetch(`${api.url}/v1/records`, { headers: AS_ADMIN })).status).toBe(200);
  });

  test('a monitor is never refused an answer, whoever else has used the address up; one who tries keys there is', async () => {
    await statuses(RATE.address + 1, '/v1/records', {});
    for (const path of ['/livez', '/readyz', '/healthz'])
      expect((await statuses(RATE.address + 2, path, {})).filter((status) => status !== 200)).toEqual([]);
    expect((await statuses(1, '/healthz', { headers: BEARER_OF_NOBODY })).at(-1)).toBe(429);
  });

  test('hooks have a limit of their own, which strangers do not use up', async () => {
    const told = await statuses(RATE.hooks + 1, '/hooks/nobody', { method: 'POST', body: '{}' });
    expect(told.slice(0, 2)).toEqual([404, 404]);
    expect(told.at(-1)).toBe(429);
  });
});

test('one key that asks too often is let go; another one is not', async () => {
  const api = await openApi((config) => ({ ...config, server: { ...config.server, rate: { key: 1000, address: 1, hooks: 100_000 } } }));
  const asked = (role: 'reader' | 'operator') =>
    fetch(`${api.url}/v1/maps`, { headers: { authorization: `Bearer ${keyOf(role)}` } }).then(({ status }) => status);
  let status = 200;
  let many = 0;
  while (status === 200) {
    const told = await Promise.all(Array.from({ length: 50 }, () => asked('reader')));
    many += told.filter((one) => one === 200).length;
    status = told.at(-1) ?? 0;
  }
  expect([status, many, await asked('operator')]).toEqual([429, 1000, 200]);
  await api.town.close();
});

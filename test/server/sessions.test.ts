import type { Json } from '@concord/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Key } from '../../packages/server/src/access/keys.ts';
import { openSessions } from '../../packages/server/src/access/sessions.ts';
import { isObject, textOf } from '../../packages/adapters/src/shared/json/look.ts';
import { keyOf } from '../kit/key.ts';
import { openApi, type Api } from './api-town.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const HOUR_MS = 3_600_000;

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.town.close());

interface Browser {
  readonly cookie: string;
  readonly csrf: string;
  readonly setCookie: string;
}

const post = (path: string, body: object, headers: Readonly<Record<string, string>> = {}) =>
  fetch(`${api.url}${path}`, { method: 'POST', headers: { ...JSON_TYPE, ...headers }, body: JSON.stringify(body) });

async function memberOf(answer: Response, name: string): Promise<string | undefined> {
  const told: Json = JSON.parse(await answer.text());
  return isObject(told) ? textOf(told, name) : undefined;
}

async function signIn(role: 'reader' | 'resolver' | 'operator' | 'admin'): Promise<Browser> {
  const answer = await post('/v1/session', { key: keyOf(role) });
  expect(answer.status).toBe(200);
  const setCookie = answer.headers.get('set-cookie') ?? '';
  return { cookie: setCookie.split(';')[0] ?? '', csrf: (await memberOf(answer, 'csrf')) ?? '', setCookie };
}

const bearing = ({ cookie, csrf }: Pick<Browser, 'cookie' | 'csrf'>) => ({ cookie, 'x-concord-csrf': csrf });

describe('a browser signs in', () => {
  test('by a key, and its cookie is read by no script, sent from no other site, and worth what the key is', async () => {
    const reader = await signIn('reader');
    expect(reader.setCookie).toMatch(/^concord-\d+=[\w-]{43}; Expires=[^;]+; Path=\/; HttpOnly; SameSite=Strict$/u);
    const who = await fetch(`${api.url}/v1/session`, { headers: { cookie: reader.cookie } });
    expect(await who.json()).toMatchObject({ name: 'reader', role: 'reader', seesSensitive: false, csrf: reader.csrf });
    expect((await fetch(`${api.url}/v1/records`, { headers: { cookie: reader.cookie } })).status).toBe(200);
    expect((await fetch(`${api.url}/docs`, { headers: { cookie: reader.cookie } })).status).toBe(200);
    const refused = await post('/v1/backups', {}, bearing(reader));
    expect([refused.status, await memberOf(refused, 'code')]).toEqual([403, 'ROLE_TOO_LOW']);
  });

  test('behind TLS its cookie is for TLS alone', async () => {
    const answer = await post('/v1/session', { key: keyOf('reader') }, { 'x-forwarded-proto': 'https' });
    expect(answer.headers.get('set-cookie')).toMatch(/^__Host-concord-\d+=.*; Secure$/u);
  });

  test.each([
    ['a wrong key', { key: `${keyOf('admin').slice(0, -1)}b` }, 401, 'KEY_MISSING'],
    ['a link that never was', { once: 'x'.repeat(43) }, 401, 'LINK_SPENT'],
    ['nothing', {}, 400, 'REQUEST_WRONG'],
    ['both', { key: keyOf('admin'), once: 'x' }, 400, 'REQUEST_WRONG'],
  ])('%s signs nobody in', async (_title, body, status, code) => {
    const answer = await post('/v1/session', body);
    expect([answer.status, await memberOf(answer, 'code'), answer.headers.get('set-cookie')]).toEqual([status, code, null]);
  });

  test('what it does is written down in its name', async () => {
    const conflict = encodeURIComponent(await api.quarrel('C-00003', { anna: 'Anna Ltd', ben: 'Ben Ltd' }));
    const answer = await post(`/v1/conflicts/${conflict}/resolve`, { side: 'ce' }, bearing(await signIn('resolver')));
    expect(await answer.json()).toMatchObject({ state: 'resolved', reason: 'resolver decided' });
  });

  test('it signs out, and the cookie is worth nothing any more, wherever it went; its stream ends', async () => {
    const one = await signIn('reader');
    const stream = await fetch(`${api.url}/v1/stream`, { headers: { cookie: one.cookie } });
    const told = stream.text();
    expect((await post('/v1/session/end', {}, bearing(one))).headers.get('set-cookie')).toContain('Max-Age=0');
    expect((await fetch(`${api.url}/v1/session`, { headers: { cookie: one.cookie } })).status).toBe(401);
    expect(await told).toContain('the key was revoked, or the session has ended');
  });

  test('signing in again ends the session before', async () => {
    const first = await signIn('reader');
    await post('/v1/session', { key: keyOf('reader') }, { cookie: first.cookie });
    expect((await fetch(`${api.url}/v1/session`, { headers: { cookie: first.cookie } })).status).toBe(401);
  });
});

describe('a request that a browser was led to send', () => {
  const path = '/v1/maps/customer/ce/resume';

  test.each([
    ['without the token of the session', {}],
    ['with another', { 'x-concord-csrf': 'x'.repeat(43) }],
    ['from a page of another site', { origin: 'https://elsewhere.example', own: 'csrf' }],
    ['from another port of this machine, which is the same site', { origin: 'http://127.0.0.1:1', own: 'csrf' }],
    ['of which the browser says so', { 'sec-fetch-site': 'same-site', own: 'csrf' }],
  ])('%s changes nothing', async (_title, { own, ...headers }: Readonly<Record<string, string>>) => {
    const { cookie, csrf } = await signIn('operator');
    const answer = await post(path, {}, { cookie, ...headers, ...(own === undefined ? {} : { 'x-concord-csrf': csrf }) });
    expect([answer.status, await memberOf(answer, 'code')]).toEqual([403, 'REQUEST_FORGED']);
  });

  test('from our own page does what it says', async () => {
    const operator = await signIn('operator');
    expect((await post(path, {}, { ...bearing(operator), origin: api.url, 'sec-fetch-site': 'same-origin' })).status).toBe(200);
  });

  test('signs nobody in as somebody else', async () => {
    const answer = await post('/v1/session', { key: keyOf('admin') }, { origin: 'https://elsewhere.example' });
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([403, null]);
  });

  test('with a key in place of a cookie needs no token: no page can have a browser send one', async () => {
    expect((await post(path, {}, { authorization: `Bearer ${keyOf('operator')}` })).status).toBe(200);
  });
});

describe('a session', () => {
  const key: Key = { id: 'a', name: 'Ann', role: 'operator', hash: '', createdAt: '' };

  function held() {
    const keys = new Map([[key.id, key]]);
    let nowMs = 0;
    const sessions = openSessions({ keys: () => keys }, () => nowMs);
    return {
      sessions,
      keys,
      pass: (ms: number) => {
        nowMs += ms;
      },
    };
  }

  test('ends eight hours after it was heard of last, and a day after it began', () => {
    const { sessions, pass } = held();
    const { token } = sessions.open(key, true);
    pass(8 * HOUR_MS - 1);
    expect(sessions.find(token)?.caller.name).toBe('Ann');
    pass(8 * HOUR_MS - 1);
    expect(sessions.find(token)).toBeDefined();
    pass(8 * HOUR_MS);
    expect(sessions.find(token)).toBeUndefined();
    const other = sessions.open(key, true).token;
    for (let hour = 0; hour < 23; hour += 1) {
      pass(HOUR_MS);
      expect(sessions.find(other)).toBeDefined();
    }
    pass(HOUR_MS);
    expect(sessions.find(other)).toBeUndefined();
  });

  test('is worth what its key is now, and ends with it', () => {
    const { sessions, keys } = held();
    const { token } = sessions.open(key, true);
    keys.set('a', { ...key, role: 'reader' });
    expect(sessions.find(token)?.caller.role).toBe('reader');
    keys.set('a', { ...key, revokedAt: '2026-01-01T00:00:00.000Z' });
    expect(sessions.find(token)).toBeUndefined();
  });

  test('of a token of an identity provider ends with that token', () => {
    const { sessions, pass } = held();
    const { token } = sessions.open({ ...key, untilMs: HOUR_MS }, false);
    pass(HOUR_MS - 1);
    expect(sessions.find(token)).toBeDefined();
    pass(1);
    expect(sessions.find(token)).toBeUndefined();
  });

  test('makes room where there are too many: of whoever was not heard of for longest', () => {
    const { sessions } = held();
    const [first, second] = [sessions.open(key, true).token, sessions.open(key, true).token];
    for (let more = 0; more < 998; more += 1) sessions.open(key, true);
    expect(sessions.find(first)).toBeDefined();
    sessions.open(key, true);
    expect([sessions.find(first) === undefined, sessions.find(second) === undefined]).toEqual([false, true]);
  });

  test('begins with a link once, and within the hour', () => {
    const { sessions, pass } = held();
    const [one, late] = [sessions.link(key), sessions.link(key)];
    expect([sessions.redeem(one)?.name, sessions.redeem(one)]).toEqual(['Ann', undefined]);
    pass(HOUR_MS);
    expect(sessions.redeem(late)).toBeUndefined();
  });
});

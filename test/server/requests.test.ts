import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AS_ADMIN } from '../kit/key.ts';
import { objectsOf, textOf } from '../../packages/adapters/src/shared/json/look.ts';
import { openApi, type Api } from './api-town.ts';

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.town.close());

const filled = (path: string): string => path.replaceAll(/:(\w+)/gu, 'x');

describe('a request without a body', () => {
  test.each([
    ['nothing at all', {}],
    ['an empty body and a type', { headers: { 'content-type': 'application/json' }, body: '' }],
    ['an empty form, as curl sends it', { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: '' }],
  ])('%s is as good as an empty object, on every route that does something', async (_title, sent) => {
    const doors = api.doors.filter(({ method }) => method === 'POST');
    expect(doors.length).toBeGreaterThan(20);
    const headers: Readonly<Record<string, string>> = 'headers' in sent ? sent.headers : {};
    for (const { path } of doors) {
      const asked = async (init: { readonly headers: Readonly<Record<string, string>>; readonly body?: string }) => {
        const answer = await fetch(`${api.url}${filled(path)}`, { ...init, method: 'POST', headers: { ...AS_ADMIN, ...init.headers } });
        return [path, answer.status, textOf(JSON.parse(await answer.text()), 'title')];
      };
      const whole = await asked({ headers: { 'content-type': 'application/json' }, body: '{}' });
      // What is done twice may end otherwise the second time; what it says of its body does not.
      const bare = await asked({ ...sent, headers });
      expect(bare.join(' ')).not.toMatch(/body must be object|Unsupported Media|cannot be empty/u);
      if (whole[1] === 400) expect(bare).toEqual(whole);
    }
    expect(
      await (await fetch(`${api.url}/v1/maps/customer/ce/pause`, { ...sent, method: 'POST', headers: { ...AS_ADMIN, ...headers } })).json(),
    ).toMatchObject({
      pause: { by: 'admin' },
    });
    expect(
      (await fetch(`${api.url}/v1/maps/customer/ce/resume`, { ...sent, method: 'POST', headers: { ...AS_ADMIN, ...headers } })).status,
    ).toBe(200);
  });
});

describe('a parameter that a route does not take', () => {
  test('is refused by its name, on every route that asks for a key', async () => {
    const doors = api.doors.filter(({ method, needs }) => needs !== 'nobody' && method !== 'HEAD');
    expect(doors.length).toBeGreaterThan(40);
    for (const { method, path } of doors) {
      const answer = await fetch(`${api.url}${filled(path)}?lmit=1`, { method, headers: AS_ADMIN });
      const told: unknown = await answer.json();
      expect([path, answer.status, told]).toEqual([
        path,
        400,
        expect.objectContaining({ code: 'QUERY_UNKNOWN', title: `There is no parameter "lmit" of ${method} ${path}.` }),
      ]);
    }
  });

  test('with the one that was meant, or with all that there are; and nobody without a key is told', async () => {
    expect((await api.get('/v1/records?lmit=1')).body).toMatchObject({ remedy: 'Did you mean "limit"?' });
    expect((await api.get('/v1/conflicts?colour=red')).body).toMatchObject({
      remedy: expect.stringMatching(/^It takes limit, after, state, entity/u),
    });
    expect((await api.get('/v1/maps?x')).body).toMatchObject({ remedy: 'It takes none.' });
    expect((await fetch(`${api.url}/v1/records?lmit=1`)).status).toBe(401);
    for (const open of ['/healthz?probe=1', '/livez?x']) expect((await fetch(`${api.url}${open}`)).status).toBe(200);
    expect((await fetch(`${api.url}/hooks/ce?whatever=1`, { method: 'POST' })).status).toBe(202);
  });
});

describe('whoever has what would be told', () => {
  test('is answered 304 and nothing else, while it is so', async () => {
    const id = textOf(objectsOf((await api.get('/v1/records?entity=customer')).body, 'items')[0], 'id') ?? '';
    const at = `${api.url}/v1/records/${id}`;
    const etag = (await fetch(at, { headers: AS_ADMIN })).headers.get('etag') ?? '';
    for (const had of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const answer = await fetch(at, { headers: { ...AS_ADMIN, 'if-none-match': had } });
      expect([had, answer.status, await answer.text(), answer.headers.get('etag'), answer.headers.get('content-type')]).toEqual([
        had,
        304,
        '',
        etag,
        null,
      ]);
    }
    for (const had of ['"other"', etag.slice(0, -2)])
      expect((await fetch(at, { headers: { ...AS_ADMIN, 'if-none-match': had } })).status).toBe(200);
    expect((await fetch(`${api.url}/v1/records/none`, { headers: { ...AS_ADMIN, 'if-none-match': '*' } })).status).toBe(404);
    expect((await fetch(at, { headers: { 'if-none-match': etag } })).status).toBe(401);
  });
});

/** What a server writes to a connection on which this was written, until it closes it. */
function raw(text: string): Promise<string> {
  const { hostname, port } = new URL(api.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text));
    let told = '';
    socket.on('data', (piece) => (told += String(piece)));
    socket.on('close', () => resolve(told));
    socket.on('error', reject);
  });
}

describe('what is no request yet', () => {
  test.each([
    ['headers that are too large', `GET /v1/maps HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'HEADERS_TOO_LARGE'],
    ['an address that is too long', `GET /v1/maps?x=${'x'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`, 431, 'HEADERS_TOO_LARGE'],
    ['something else than HTTP', 'what is this\r\n\r\n', 400, 'REQUEST_WRONG'],
  ])('%s is refused as a problem', async (_title, text, status, code) => {
    const [head = '', body = ''] = (await raw(text)).split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `, 'u'));
    expect(head.toLowerCase()).toContain('content-type: application/problem+json');
    expect(head.toLowerCase()).toContain('x-content-type-options: nosniff');
    expect(JSON.parse(body)).toMatchObject({ status, code, remedy: expect.stringMatching(/./u) });
  });
});

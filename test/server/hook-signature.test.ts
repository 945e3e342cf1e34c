import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isSigned, openReplays } from '../../packages/server/src/access/signature.ts';
import { openApi, type Api } from './api-town.ts';

const SECRET = `whsec_${Buffer.from('a secret of twenty-four bytes').toString('base64')}`;

let api: Api;
beforeAll(async () => {
  api = await openApi((config) => ({ ...config, server: { ...config.server, hooks: { ce: SECRET, fno: 'plain secret' } } }));
});
afterAll(() => api.town.close());

interface Sent {
  readonly system?: string;
  readonly id?: string;
  readonly atMs?: number;
  readonly body?: string;
  readonly secret?: string;
  /** What is sent in place of what was signed. */
  readonly changed?: string;
}

function signature({ id = 'msg_1', atMs = Date.now(), body = '{"PrimaryEntityName":"account"}', secret = SECRET }: Sent): string {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : secret;
  return `v1,${createHmac('sha256', key)
    .update(`${id}.${Math.floor(atMs / 1000)}.${body}`)
    .digest('base64')}`;
}

async function send(sent: Sent, headers: Readonly<Record<string, string>> = {}): Promise<readonly [number, unknown]> {
  const { system = 'ce', id = 'msg_1', atMs = Date.now(), body = '{"PrimaryEntityName":"account"}', changed = body } = sent;
  const answer = await fetch(`${api.url}/hooks/${system}`, {
    method: 'POST',
    body: changed,
    headers: {
      'webhook-id': id,
      'webhook-timestamp': `${Math.floor(atMs / 1000)}`,
      'webhook-signature': signature({ ...sent, atMs }),
      ...headers,
    },
  });
  const told: unknown = await answer.json();
  return [answer.status, told];
}

test('a hook that is signed is taken once; what comes again under its id leads to nothing', async () => {
  expect(await send({ id: 'once' })).toEqual([202, { hints: 1 }]);
  expect(await send({ id: 'once' })).toEqual([202, { hints: 0 }]);
  expect(await send({ id: 'another' }, { 'webhook-signature': `v1,AAAA v2,x ${signature({ id: 'another' })}` })).toEqual([
    202,
    { hints: 1 },
  ]);
  expect(await send({ system: 'fno', id: 'plain', body: '{}', secret: 'plain secret' }), 'a secret of another form signs as well').toEqual([
    202,
    expect.anything(),
  ]);
});

test.each<readonly [string, Sent, Readonly<Record<string, string>>]>([
  ['with another secret', { id: 'a', secret: 'whsec_AAAA' }, {}],
  ['over another body', { id: 'b', changed: '{"PrimaryEntityName":"salesorder"}' }, {}],
  ['under another id', { id: 'c' }, { 'webhook-id': 'd' }],
  ['at another time', { id: 'e' }, { 'webhook-timestamp': `${Math.floor(Date.now() / 1000) - 1}` }],
  ['six minutes ago', { id: 'f', atMs: Date.now() - 360_000 }, {}],
  ['six minutes ahead', { id: 'g', atMs: Date.now() + 360_000 }, {}],
  ['in another version', { id: 'h' }, { 'webhook-signature': 'v0,AAAA' }],
  ['wrongly, and brings the secret as well', { id: 'i' }, { 'webhook-signature': 'v1,AAAA', 'x-concord-hook': SECRET }],
])('a hook that is signed %s is refused', async (_title, sent, headers) => {
  expect(await send(sent, headers)).toEqual([401, expect.objectContaining({ code: 'HOOK_REFUSED' })]);
});

test('a secret for signing is not taken where it is sent; any other one is', async () => {
  const bring = async (system: string, secret: string) =>
    (await fetch(`${api.url}/hooks/${system}`, { method: 'POST', body: '{}', headers: { 'x-concord-hook': secret } })).status;
  expect([await bring('ce', SECRET), await bring('fno', 'plain secret'), await bring('fno', 'another')]).toEqual([401, 202, 401]);
});

test('the example of the specification is taken', () => {
  const signed = {
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    timestamp: '1614265330',
    signatures: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    body: Buffer.from('{"test": 2432232314}'),
  };
  expect(isSigned(signed, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 1_614_265_330_000)).toBe(true);
});

test('no text in place of id, time or signature is taken, and none breaks anything', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), fc.uint8Array(), (id, timestamp, signatures, bytes) => {
      expect(isSigned({ id, timestamp, signatures, body: Buffer.from(bytes) }, SECRET, 0)).toBe(false);
    }),
  );
});

test('an id is remembered for as long as it could be sent again, and no longer', () => {
  let nowMs = 0;
  const replays = openReplays(() => nowMs);
  expect([replays.take('ce', 'a'), replays.take('ce', 'a'), replays.take('fno', 'a')]).toEqual([true, false, true]);
  nowMs = 599_999;
  expect(replays.take('ce', 'a')).toBe(false);
  nowMs = 600_000;
  expect(replays.take('ce', 'a')).toBe(true);
});

test('where a system has no secret, a hook is taken from this machine, and not from a proxy on it', async () => {
  const open = await openApi();
  const bring = async (headers: Readonly<Record<string, string>>) =>
    (await fetch(`${open.url}/hooks/ce`, { method: 'POST', body: '{}', headers })).status;
  expect(await bring({})).toBe(202);
  const proxied = ['x-forwarded-for', 'X-Forwarded-For', 'forwarded', 'x-real-ip', 'via'].map((name) => bring({ [name]: '127.0.0.1' }));
  expect(await Promise.all(proxied)).toEqual([401, 401, 401, 401, 401]);
  expect(await bring({ 'x-forwarded-for': '' }), 'also an empty one').toBe(401);
  await open.town.close();
});

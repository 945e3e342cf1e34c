import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OidcConfig } from '@concord/core';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type CryptoKey, type JWTPayload } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openIssuer } from '../../packages/server/src/access/oidc.ts';
import { openApi, type Api } from './api-town.ts';

const AUDIENCE = 'concord-api';
const GOOD: JWTPayload = { sub: 's-1', aud: AUDIENCE, roles: ['Concord.Resolver', 'Concord.Reader'], preferred_username: 'Ann Lee' };

let api: Api;
let provider: Server;
let issuer = '';
let [own, strange]: readonly CryptoKey[] = [];

beforeAll(async () => {
  const pairs = await Promise.all([generateKeyPair('ES256'), generateKeyPair('ES256')]);
  [own, strange] = pairs.map(({ privateKey }) => privateKey);
  const jwk = { ...(await exportJWK(pairs[0].publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' };
  provider = createServer((request, response) => {
    const told = request.url === '/keys' ? { keys: [jwk] } : { issuer, jwks_uri: `${issuer}/keys` };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(told));
  });
  await new Promise<void>((resolve) => void provider.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${portOf(provider.address())}`;
  api = await openApi((config) => ({ ...config, server: { ...config.server, oidc: oidc() } }));
});
afterAll(async () => {
  await api.town.close();
  provider.close();
});

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function oidc(): OidcConfig {
  const map = { 'Concord.Reader': 'reader', 'Concord.Resolver': 'resolver', 'Concord.Admin': 'admin' } as const;
  return {
    issuer,
    audience: AUDIENCE,
    roles: { claim: 'roles', map, sensitive: 'Concord.Sensitive' },
    entities: 'concord_entities',
    name: 'preferred_username',
  };
}

interface Made {
  readonly claims?: JWTPayload;
  readonly key?: CryptoKey | Uint8Array | undefined;
  readonly kid?: string;
  readonly alg?: string;
  readonly iss?: string;
  readonly forSeconds?: number;
}

function token({ claims = {}, key = own, kid = 'k1', alg = 'ES256', iss = issuer, forSeconds = 300 }: Made = {}): Promise<string> {
  const made = new SignJWT({ concord_entities: ['customer', 'order'], ...GOOD, ...claims }).setProtectedHeader({ alg, kid }).setIssuer(iss);
  return made.setExpirationTime(Math.floor(Date.now() / 1000) + forSeconds).sign(key ?? new Uint8Array(32));
}

const status = async (path: string, bearer: string, init: RequestInit = {}): Promise<number> =>
  (await fetch(`${api.url}${path}`, { ...init, headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' } }))
    .status;

test('a person of the provider comes in, with the highest of the roles, for the entities, and in the name that the token tells', async () => {
  const bearer = await token();
  expect([await status('/v1/records?entity=customer', bearer), await status('/v1/acts', bearer)]).toEqual([200, 403]);
  const narrow = await token({ claims: { concord_entities: 'customer' } });
  expect([await status('/v1/records?entity=customer', narrow), await status('/v1/records?entity=order', narrow)]).toEqual([200, 403]);
  const conflict = await api.quarrel('C-00002', { anna: 'Anna Ltd', ben: 'Ben Ltd' });
  const path = `/v1/conflicts/${encodeURIComponent(conflict)}`;
  expect(await status(`${path}/resolve`, bearer, { method: 'POST', body: '{"side":"ce"}' })).toBe(200);
  expect(JSON.stringify((await api.get(path)).body)).toContain('Ann Lee decided');
});

test.each<readonly [string, Made]>([
  ['is over', { forSeconds: -60 }],
  ['is for another audience', { claims: { aud: 'another' } }],
  ['is of another issuer', { iss: 'https://example.com' }],
  ['names a key that nobody knows', { kid: 'k2' }],
  ['is signed by another key under the name of the right one', { key: undefined, alg: 'ES256' }],
  ['is signed with a shared secret', { key: new Uint8Array(32), alg: 'HS256' }],
  ['gives no role', { claims: { roles: ['Somebody'] } }],
  ['gives a role by a name that every object has', { claims: { roles: ['constructor', '__proto__'] } }],
  ['names nobody', { claims: { sub: '' } }],
])('a token that %s lets nobody in', async (title, made) => {
  const bearer = await token(title.includes('another key') ? { ...made, key: strange } : made);
  const answer = await fetch(`${api.url}/v1/records`, { headers: { authorization: `Bearer ${bearer}` } });
  expect([answer.status, await answer.json()]).toEqual([401, expect.objectContaining({ code: 'KEY_MISSING' })]);
});

test('a token without a signature, one that was changed, and what is no token let nobody in', async () => {
  const none = new UnsecuredJWT({ ...GOOD }).setIssuer(issuer).setExpirationTime('5m').encode();
  const [head = '', body = '', signature = ''] = (await token()).split('.');
  const raised = JSON.stringify({ ...JSON.parse(Buffer.from(body, 'base64url').toString()), roles: ['Concord.Admin'] });
  const changed = [head, Buffer.from(raised).toString('base64url'), signature].join('.');
  for (const bearer of [none, changed, 'a.b.c', '...', `${head}.${body}.`]) expect(await status('/v1/records', bearer)).toBe(401);
});

test('whose token names no entities sees none, and the right to see sensitive fields has to be given', async () => {
  const people = openIssuer(oidc());
  const callerOf = async (claims: JWTPayload) => people.callerBehind(await token({ claims }));
  expect(await callerOf({ concord_entities: undefined })).toMatchObject({
    id: 'oidc s-1',
    name: 'Ann Lee',
    role: 'resolver',
    entities: [],
  });
  expect((await callerOf({}))?.seesSensitive).toBeUndefined();
  expect((await callerOf({ roles: ['Concord.Reader', 'Concord.Sensitive'] }))?.seesSensitive).toBe(true);
});

test('a provider that does not answer is told as such, and keys are let in all the same', async () => {
  const nowhere = openIssuer({ ...oidc(), issuer: 'http://127.0.0.1:1' });
  await expect(nowhere.callerBehind(await token())).rejects.toMatchObject({ code: 'ISSUER_UNREACHABLE' });
  expect((await api.get('/v1/records')).status).toBe(200);
});

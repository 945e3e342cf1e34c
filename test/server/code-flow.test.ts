import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { OidcConfig } from '@concord/core';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openApi, type Api } from './api-town.ts';

const CLIENT = 'concord-console';
const BACK = '/v1/session/oidc/back';

let api: Api;
let provider: Server;
let issuer = '';
let key: CryptoKey;
/** What the provider was sent, and what it says in its identity tokens. */
let asked = new URLSearchParams();
let claims: JWTPayload = {};
let challenge = '';

beforeAll(async () => {
  const pair = await generateKeyPair('ES256');
  key = pair.privateKey;
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' };
  provider = createServer((request, response) => {
    void answer(request, jwk).then(([status, told]) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(told)),
    );
  });
  await new Promise<void>((resolve) => void provider.listen(0, '127.0.0.1', resolve));
  const address = provider.address();
  issuer = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  api = await openApi((config) => ({ ...config, server: { ...config.server, oidc: oidc() } }));
});
afterAll(async () => {
  await api.town.close();
  provider.close();
});

function oidc(): OidcConfig {
  return {
    issuer,
    audience: 'concord-api',
    roles: { claim: 'roles', map: { 'Concord.Resolver': 'resolver' } },
    name: 'preferred_username',
    console: { client: CLIENT, scope: 'openid profile' },
  };
}

/** A provider that holds to PKCE: a code is worth nothing without the verifier of its challenge. */
async function answer(request: IncomingMessage, jwk: object): Promise<readonly [number, object]> {
  if (request.url === '/keys') return [200, { keys: [jwk] }];
  if (request.url !== '/token')
    return [
      200,
      {
        issuer,
        jwks_uri: `${issuer}/keys`,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        id_token_signing_alg_values_supported: ['ES256'],
      },
    ];
  let body = '';
  for await (const piece of request) body += String(piece);
  asked = new URLSearchParams(body);
  const made = createHash('sha256')
    .update(asked.get('code_verifier') ?? '')
    .digest('base64url');
  if (made !== challenge || asked.get('code') !== 'the-code') return [400, { error: 'invalid_grant' }];
  const payload = { sub: 's-1', aud: CLIENT, roles: ['Concord.Resolver'], preferred_username: 'Ann Lee', ...claims };
  const token = await new SignJWT(payload)
    .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
    .setIssuer(issuer)
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(key);
  return [200, { access_token: 'x', token_type: 'Bearer', id_token: token }];
}

/** Sends a browser to the provider, which will answer as if somebody had signed in there. */
async function begin(to: string) {
  const sent = await fetch(`${api.url}/v1/session/oidc?to=${encodeURIComponent(to)}`, { redirect: 'manual' });
  const address = new URL(sent.headers.get('location') ?? '');
  challenge = address.searchParams.get('code_challenge') ?? '';
  claims = { nonce: address.searchParams.get('nonce') };
  return { address, cookie: (sent.headers.get('set-cookie') ?? '').split(';')[0] ?? '', setCookie: sent.headers.get('set-cookie') };
}

async function comeBack(query: Readonly<Record<string, string>>, cookie: string) {
  const answered = await fetch(`${api.url}${BACK}?${new URLSearchParams(query).toString()}`, { headers: { cookie }, redirect: 'manual' });
  const goesTo = /url=([^"]*)"/u.exec(await answered.text())?.[1];
  const session = answered.headers.getSetCookie().find((one) => /^concord-\d+=/u.test(one));
  return { goesTo: decodeURIComponent(goesTo ?? ''), session };
}

test('somebody signs in with the provider, and comes back to where they were, in their name and role', async () => {
  const { address, cookie, setCookie } = await begin('/inbox?entity=order');
  expect(address.origin + address.pathname).toBe(`${issuer}/authorize`);
  expect(Object.fromEntries(address.searchParams)).toMatchObject({
    client_id: CLIENT,
    response_type: 'code',
    code_challenge_method: 'S256',
    redirect_uri: `${api.url}${BACK}`,
    scope: 'openid profile',
  });
  expect(setCookie).toMatch(/; Path=\/v1\/session\/oidc; HttpOnly; SameSite=Lax$/u);
  const { goesTo, session } = await comeBack({ code: 'the-code', state: address.searchParams.get('state') ?? '' }, cookie);
  expect([goesTo, session]).toEqual(['/inbox?entity=order', expect.stringContaining('SameSite=Strict')]);
  expect(asked.get('redirect_uri')).toBe(`${api.url}${BACK}`);
  const who = await fetch(`${api.url}/v1/session`, { headers: { cookie: session?.split(';')[0] ?? '' } });
  expect(await who.json()).toMatchObject({ name: 'Ann Lee', role: 'resolver', csrf: expect.stringMatching(/^[\w-]{43}$/u) });
  const again = await comeBack({ code: 'the-code', state: address.searchParams.get('state') ?? '' }, cookie);
  expect([again.session, again.goesTo]).toEqual([undefined, expect.stringContaining('/sign-in#failed=')]);
});

test.each<
  readonly [
    string,
    (flow: {
      readonly state: string;
      readonly cookie: string;
    }) => Promise<{ readonly goesTo: string; readonly session: string | undefined }>,
  ]
>([
  ['another state', ({ cookie }) => comeBack({ code: 'the-code', state: 'another' }, cookie)],
  ['no cookie: whoever began it is somebody else', ({ state }) => comeBack({ code: 'the-code', state }, '')],
  ['a code of somebody else', ({ state, cookie }) => comeBack({ code: 'another', state }, cookie)],
  ['a refusal', ({ state, cookie }) => comeBack({ error: 'access_denied', state }, cookie)],
  [
    'a token for another moment',
    ({ state, cookie }) => {
      claims = { nonce: 'another' };
      return comeBack({ code: 'the-code', state }, cookie);
    },
  ],
  [
    'a token for another client',
    ({ state, cookie }) => {
      claims = { ...claims, aud: 'another' };
      return comeBack({ code: 'the-code', state }, cookie);
    },
  ],
  [
    'a token without a role',
    ({ state, cookie }) => {
      claims = { ...claims, roles: [] };
      return comeBack({ code: 'the-code', state }, cookie);
    },
  ],
])('with %s nobody is signed in, and it is said', async (_title, back) => {
  const { address, cookie } = await begin('/');
  const { goesTo, session } = await back({ state: address.searchParams.get('state') ?? '', cookie });
  expect([session, goesTo]).toEqual([undefined, expect.stringMatching(/^\/sign-in#failed=You could not be signed in/u)]);
});

test.each(['https://elsewhere.example/', '//elsewhere.example', '/\\elsewhere.example', 'javascript:alert(1)', '/x"><script>'])(
  'nobody is led to %s by signing in',
  async (to) => {
    const { address, cookie } = await begin(to);
    const { goesTo } = await comeBack({ code: 'the-code', state: address.searchParams.get('state') ?? '' }, cookie);
    expect(goesTo).toBe('/');
  },
);

test('the page that asks knows of it', async () => {
  expect(await (await fetch(`${api.url}/v1/session/ways`)).json()).toEqual({ ways: ['key', 'oidc'] });
});

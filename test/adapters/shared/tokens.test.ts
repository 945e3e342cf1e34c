import type { ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { authOptions, tokensFor } from '../../../packages/adapters/src/shared/tokens/auth.ts';
import { plainTokens } from '../../../packages/adapters/src/shared/tokens/plain.ts';
import { secret } from '../../../packages/adapters/src/shared/tokens/secret.ts';
import { TOKEN_MARGIN_MS } from '../../../packages/adapters/src/shared/tokens/token.ts';
import { json, serve } from './service.ts';
import type { Asked, Service } from './service.ts';

const SECRET = 'open-sesame-7431';
const cleanups: (() => Promise<void>)[] = [];
let nowMs = 0;

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  nowMs = 0;
});

async function endpoint(
  answer: (response: ServerResponse, count: number, asked: Asked) => void,
): Promise<Service & { readonly tokens: ReturnType<typeof plainTokens> }> {
  const service = await serve((asked, response, count) => answer(response, count, asked));
  const tokens = plainTokens({ token: `${service.url}/t`, client: 'concord', secret: secret(SECRET), scope: 'all' }, () => nowMs);
  cleanups.push(
    () => service.close(),
    () => tokens.close(),
  );
  return { ...service, tokens };
}

const grants = (response: ServerResponse, count: number): void =>
  json(response, 200, { token_type: 'Bearer', expires_in: 3600, access_token: `token-${count}` });

describe('client credentials at a plain endpoint', () => {
  test('the form carries client, secret and scope', async () => {
    const on = await endpoint(grants);
    await on.tokens.token();
    expect(Object.fromEntries(new URLSearchParams(on.asked[0]?.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'concord',
      client_secret: SECRET,
      scope: 'all',
    });
  });

  test('a token is kept until shortly before its end, however many ask at once', async () => {
    const on = await endpoint(grants);
    const all = await Promise.all(Array.from({ length: 20 }, () => on.tokens.token()));
    expect(new Set(all.map((answer) => JSON.stringify(answer)))).toEqual(new Set(['{"kind":"token","value":"token-1"}']));
    nowMs = 3_600_000 - TOKEN_MARGIN_MS - 1;
    expect(await on.tokens.token()).toEqual({ kind: 'token', value: 'token-1' });
    nowMs += 1;
    expect(await on.tokens.token()).toEqual({ kind: 'token', value: 'token-2' });
    expect(on.asked).toHaveLength(2);
  });

  test('a rejected token is replaced once, not once for each who was rejected', async () => {
    const on = await endpoint(grants);
    await on.tokens.token();
    const all = await Promise.all(Array.from({ length: 5 }, () => on.tokens.token('token-1')));
    expect(all).toEqual(Array.from({ length: 5 }, () => ({ kind: 'token', value: 'token-2' })));
    expect(await on.tokens.token('token-1')).toEqual({ kind: 'token', value: 'token-2' });
    expect(on.asked).toHaveLength(2);
  });

  test('trouble is told and not kept', async () => {
    const on = await endpoint((response, count) =>
      count === 1 ? void response.destroy() : count === 2 ? json(response, 429, {}, { 'retry-after': '3' }) : grants(response, count),
    );
    expect((await on.tokens.token()).kind).toBe('unreachable');
    expect(await on.tokens.token()).toEqual({ kind: 'throttled', retryAfterMs: 3000 });
    expect(await on.tokens.token()).toEqual({ kind: 'token', value: 'token-3' });
  });

  test('a token that could forge a header is refused', async () => {
    const on = await endpoint((response) => json(response, 200, { access_token: 'a\r\nx: y' }));
    expect((await on.tokens.token()).kind).toBe('denied');
  });
});

describe('nobody sees a secret', () => {
  test.each<readonly [string, (response: ServerResponse, asked: Asked) => void]>([
    [
      'a refusal that repeats what was sent',
      (response, asked) => json(response, 400, { error: 'invalid_client', error_description: asked.body }),
    ],
    [
      'a 401 that repeats it',
      (response, asked) =>
        json(response, 401, { error: 'invalid_client', error_description: asked.body }, { 'www-authenticate': asked.body }),
    ],
    ['an error code that repeats it', (response, asked) => json(response, 400, { error: asked.body })],
    [
      'a broken answer that repeats it',
      (response, asked) => void response.writeHead(200, { 'content-type': 'application/json' }).end(asked.body),
    ],
    ['a redirect that repeats it', (response, asked) => void response.writeHead(302, { location: `http://x/?${asked.body}` }).end()],
  ])('in %s', async (_name, answer) => {
    const on = await endpoint((response, _count, asked) => answer(response, asked));
    const told = await on.tokens.token();
    expect(told.kind).not.toBe('token');
    expect(inspect(told, { depth: 10 })).not.toContain(SECRET);
  });

  test('in options, their faults, and token sources', async () => {
    const parsed = authOptions.parse({ tenant: 't', client: 'c', secret: SECRET });
    const source = tokensFor(parsed, 'https://org.example', () => 0);
    const fault = authOptions.safeParse({ token: 'not an address', client: 'c', secret: SECRET, other: SECRET });
    expect(fault.success).toBe(false);
    for (const thing of [parsed, source, fault.error]) {
      expect(inspect(thing, { depth: 20, showHidden: true, getters: true })).not.toContain(SECRET);
      expect(JSON.stringify(thing)).not.toContain(SECRET);
    }
    expect(parsed.secret.reveal()).toBe(SECRET);
  });
});

import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { odataClient } from '../../../packages/adapters/src/shared/odata/client.ts';
import type { ODataClient } from '../../../packages/adapters/src/shared/odata/client.ts';
import { retryAfterMs, RETRY_AFTER_MS_DEFAULT, RETRY_AFTER_MS_MAX } from '../../../packages/adapters/src/shared/odata/retry-after.ts';
import type { TokenSource } from '../../../packages/adapters/src/shared/tokens/token.ts';
import { json, serve } from './service.ts';
import type { Asked, Service } from './service.ts';

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

interface Stage {
  readonly client: ODataClient;
  readonly service: Service;
  readonly rejected: (string | undefined)[];
}

async function stage(answer: (asked: Asked, response: ServerResponse, count: number) => void, bodyBytesMax = 100_000): Promise<Stage> {
  const service = await serve(answer);
  const rejected: (string | undefined)[] = [];
  const tokens: TokenSource = {
    token: async (old) => {
      rejected.push(old);
      return { kind: 'token', value: old === undefined ? 'first' : 'second' };
    },
    close: async () => {},
  };
  const client = odataClient({ root: `${service.url}/data/`, tokens, timeoutMs: 2000, bodyBytesMax, now: () => 0 });
  cleanups.push(
    () => service.close(),
    () => client.close(),
  );
  return { client, service, rejected };
}

const write = ({ client }: Stage) => client.write('PATCH', 'rows(1)', { 'if-match': 'W/"1"' }, { a: 1 });

describe('an answer is only believed when it is whole and is JSON', () => {
  test.each<readonly [string, (response: ServerResponse) => void, string]>([
    [
      'a sign-in page with status 200',
      (response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
      'text/html',
    ],
    ['an answer of no declared type', (response) => void response.writeHead(200).end('{}'), 'no declared type'],
    ['broken JSON', (response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"a":'), 'not JSON'],
    [
      'bytes that are not UTF-8',
      (response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(Buffer.from([0x22, 0xff, 0x22])),
      'UTF-8',
    ],
    [
      'an answer that breaks off',
      (response) =>
        void (
          response.writeHead(200, { 'content-length': '100', 'content-type': 'application/json' }),
          response.write('{'),
          setImmediate(() => response.destroy())
        ),
      '',
    ],
    ['a connection that is cut', (response) => void response.destroy(), ''],
    ['an answer that is too large', (response) => json(response, 200, { a: 'x'.repeat(200_000) }), 'larger than allowed'],
    [
      'an answer that nests too deep',
      (response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('['.repeat(5000)),
      'deeper',
    ],
    ['a gateway that gave up', (response) => json(response, 504, { error: { code: '', message: 'gateway timeout' } }), 'gateway'],
    ['an error without a reason', (response) => void response.writeHead(500).end(), '500'],
  ])('%s: a read is unreachable, a write may have been applied', async (_name, answer, words) => {
    const on = await stage((_asked, response) => answer(response));
    expect(await on.client.get('rows')).toMatchObject({ kind: 'unreachable', words: expect.stringContaining(words) });
    expect(await write(on)).toMatchObject({ kind: 'lost', words: expect.stringContaining(words) });
  });

  test('an answer that does not come in time: a read is unreachable, a write may have been applied', async () => {
    const service = await serve(() => {});
    const tokens: TokenSource = { token: async () => ({ kind: 'token', value: 'x' }), close: async () => {} };
    const client = odataClient({ root: service.url, tokens, timeoutMs: 60, bodyBytesMax: 100, now: () => 0 });
    cleanups.push(
      () => service.close(),
      () => client.close(),
    );
    expect(await client.get('rows')).toEqual({ kind: 'unreachable', words: 'no whole answer came in time' });
    expect(await client.write('POST', 'rows', {}, {})).toEqual({ kind: 'lost', words: 'no whole answer came in time' });
  });

  test('where nobody listens, a write surely was not applied', async () => {
    const on = await stage((_asked, response) => json(response, 200, {}));
    await on.service.close();
    expect(await write(on)).toMatchObject({ kind: 'unreachable', words: expect.stringContaining('ECONNREFUSED') });
  });

  test('a redirect is not followed', async () => {
    const on = await stage((_asked, response) => void response.writeHead(302, { location: 'https://login.example/?state=1' }).end());
    expect(await write(on)).toMatchObject({ kind: 'unreachable', words: expect.stringContaining('https://login.example') });
    expect(on.service.asked).toHaveLength(1);
  });

  test('what is under way when the client is closed may have been applied; what comes later is unreachable', async () => {
    const on = await stage(() => {});
    const going = write(on);
    await expect.poll(() => on.service.asked.length).toBe(1);
    await on.client.close();
    expect((await going).kind).toBe('lost');
    expect((await write(on)).kind).toBe('unreachable');
  });
});

describe('a token stays where it belongs, and is renewed once', () => {
  test('a link to another origin is refused', async () => {
    const on = await stage((_asked, response) => json(response, 200, {}));
    for (const link of ['https://evil.example/data/rows', '//evil.example/rows', `${on.service.url}.evil.example/rows`, 'http://']) {
      expect(await on.client.get(link)).toMatchObject({ kind: 'unreachable' });
    }
    expect(on.service.asked).toHaveLength(0);
    expect((await on.client.get(`${on.service.url}/data/rows?$skiptoken=1`)).kind).toBe('answer');
    expect(on.service.asked[0]?.url).toBe('/data/rows?$skiptoken=1');
  });

  test('after a 401 the request goes out once more with another token', async () => {
    const on = await stage((asked, response) =>
      asked.headers.authorization === 'Bearer second' ? json(response, 200, { ok: true }) : void response.writeHead(401).end(),
    );
    expect(await write(on)).toMatchObject({ kind: 'answer', status: 200 });
    expect(on.rejected).toEqual([undefined, 'first']);
  });

  test('a second 401 is a denial', async () => {
    const on = await stage((_asked, response) => void response.writeHead(401).end());
    expect(await write(on)).toMatchObject({ kind: 'denied' });
    expect(on.service.asked).toHaveLength(2);
  });
});

describe('throttling', () => {
  test.each([
    [429, { 'retry-after': '7' }, { kind: 'throttled', retryAfterMs: 7000 }],
    [429, {}, { kind: 'throttled', retryAfterMs: RETRY_AFTER_MS_DEFAULT }],
    [503, { 'retry-after': '2' }, { kind: 'lost', unable: { retryAfterMs: 2000 } }],
    [503, {}, { kind: 'lost', unable: {} }],
  ])('%i with %j is %j to a write', async (status, headers, reply) => {
    const on = await stage((_asked, response) => json(response, status, { error: { code: '', message: 'busy' } }, headers));
    expect(await write(on)).toMatchObject(reply);
  });

  test.each([
    [429, { 'retry-after': '7' }, { kind: 'throttled', retryAfterMs: 7000 }],
    [503, { 'retry-after': '2' }, { kind: 'throttled', retryAfterMs: 2000 }],
    [503, {}, { kind: 'unreachable' }],
  ])('%i with %j is %j to a read, by which nothing is lost', async (status, headers, reply) => {
    const on = await stage((_asked, response) => json(response, status, { error: { code: '', message: 'busy' } }, headers));
    expect(await on.client.get('rows')).toMatchObject(reply);
  });

  test.each([
    ['120', 120_000],
    ['0', 0],
    ['1.5', 1500],
    ['Thu, 01 Jan 1970 00:01:00 GMT', 60_000],
    ['-5', RETRY_AFTER_MS_DEFAULT],
    ['soon', RETRY_AFTER_MS_DEFAULT],
    ['999999999', RETRY_AFTER_MS_MAX],
    [undefined, RETRY_AFTER_MS_DEFAULT],
  ])('Retry-After: %s means %i ms', (header, ms) => {
    expect(retryAfterMs(header, 0)).toBe(ms);
  });
});

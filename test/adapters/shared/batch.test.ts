import { afterEach, describe, expect, test } from 'vitest';
import { startDataverse, startFinops } from '../../../packages/adapters/src/emulators/index.ts';
import { batchReply } from '../../../packages/adapters/src/shared/odata/batch-parse.ts';
import { BATCH_PARTS_MAX, batchText } from '../../../packages/adapters/src/shared/odata/batch-text.ts';
import { odataClient } from '../../../packages/adapters/src/shared/odata/client.ts';
import { plainTokens } from '../../../packages/adapters/src/shared/tokens/plain.ts';
import { secret } from '../../../packages/adapters/src/shared/tokens/secret.ts';
import { DATAVERSE_SEED, FINOPS_SEED } from '../../contract/systems-rigs.ts';

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

function clientOf(emulator: { readonly url: string; close(): Promise<void> }) {
  const tokens = plainTokens({ token: `${emulator.url}/oauth2/v2.0/token`, client: 'concord', secret: secret('concord-secret') }, Date.now);
  const client = odataClient({ root: emulator.url, tokens, timeoutMs: 5000, bodyBytesMax: 1_000_000, now: Date.now });
  cleanups.push(
    () => emulator.close(),
    () => tokens.close(),
    () => client.close(),
  );
  return client;
}

const HEAD = { 'content-type': 'multipart/mixed; boundary="b-1.x"' };
const answered = (body: string, headers = HEAD) => batchReply({ kind: 'answer', status: 200, headers, body, code: '', words: '' }, 0);

const PARTS = [
  '--b-1.x',
  'Content-Type: multipart/mixed; boundary=cs_2',
  '',
  '--cs_2',
  'Content-Type: application/http',
  'Content-Transfer-Encoding: binary',
  'Content-ID: 1',
  '',
  'HTTP/1.1 204 No Content',
  'OData-EntityId: https://x/accounts(1)',
  '',
  '',
  '--cs_2',
  'Content-Type: application/http',
  'Content-ID: 2',
  '',
  'HTTP/1.1 201 Created',
  'Content-Type: application/json',
  '',
  '{"text":"one\\n--b-1.x\\ntwo"}',
  '--cs_2--',
  '--b-1.x',
  'Content-Type: application/http',
  '',
  'HTTP/1.1 429 Too Many Requests',
  'Retry-After: 9',
  '',
  '',
  '--b-1.x--',
  '',
];

describe('the answer to a batch', () => {
  test.each(['\n', '\r\n'])('is read part by part, with lines that end in %j; a part may be throttled by itself', async (end) => {
    expect(await answered(PARTS.join(end))).toMatchObject({
      kind: 'parts',
      parts: [
        { kind: 'answer', status: 204, headers: { 'odata-entityid': 'https://x/accounts(1)' } },
        { kind: 'answer', status: 201, body: { text: 'one\n--b-1.x\ntwo' } },
        { kind: 'throttled', retryAfterMs: 9000 },
      ],
    });
  });

  test('that breaks off anywhere is lost, never taken for fewer parts', async () => {
    const whole = PARTS.join('\r\n').trimEnd();
    for (let length = 0; length < whole.length; length += 1) {
      expect((await answered(whole.slice(0, length))).kind).toBe('lost');
    }
    expect((await answered(whole)).kind).toBe('parts');
  });

  test('that is no multipart is lost', async () => {
    expect((await answered('{}', { 'content-type': 'application/json' })).kind).toBe('lost');
  });

  test('more parts than a service takes are never sent', () => {
    const parts = Array.from({ length: BATCH_PARTS_MAX + 1 }, () => ({ method: 'GET' as const, at: '/data/rows' }));
    expect(() => batchText(parts)).toThrow(/at most 1000/);
    expect(batchText(parts.slice(1)).text).toContain('GET /data/rows HTTP/1.1');
  });
});

test('Dataverse does the writes of a changeset together, and answers what is beside it', async () => {
  const emulator = await startDataverse({ seed: DATAVERSE_SEED });
  const at = '/api/data/v9.2/abc_trees';
  const good = { method: 'POST', at, body: { abc_name: 'ash' } } as const;
  const reply = await clientOf(emulator).batch('api/data/v9.2/$batch', [
    [good, { ...good, body: { abc_name: 'oak' } }],
    [{ ...good, body: { abc_name: 'elm' } }, good],
    { method: 'GET', at: `${at}?$select=abc_name&$orderby=abc_name` },
  ]);
  expect(reply).toMatchObject({
    kind: 'parts',
    parts: [
      { status: 204 },
      { status: 204 },
      { status: 412 },
      { status: 200, body: { value: [{ abc_name: 'ash' }, { abc_name: 'oak' }] } },
    ],
  });
});

test('the finance service does the writes of a changeset together, and answers what is beside it', async () => {
  const emulator = await startFinops({ seed: FINOPS_SEED });
  const at = '/data/ABCTrees?cross-company=true';
  const reply = await clientOf(emulator).batch('data/$batch', [
    [{ method: 'POST', at, body: { dataAreaId: 'abct', TreeId: 'ash' } }],
    [
      { method: 'POST', at, body: { dataAreaId: 'abct', TreeId: 'elm' } },
      { method: 'POST', at, body: { dataAreaId: 'abct', TreeId: 'ash' } },
    ],
    { method: 'GET', at },
  ]);
  expect(reply).toMatchObject({
    kind: 'parts',
    parts: [{ status: 201 }, { status: 400 }, { status: 200, body: { value: [{ TreeId: 'ash' }] } }],
  });
});

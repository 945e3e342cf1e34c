import type { ServerResponse } from 'node:http';
import { cursor, keyOf, version, type Binding, type Json, type System, type Write } from '@concord/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { batchReply } from '../../packages/adapters/src/shared/odata/batch-parse.ts';
import { replyOf } from '../../packages/adapters/src/shared/odata/reply.ts';
import { serve, type Service } from '../adapters/shared/service.ts';
import { opened, TREE } from '../contract/systems-rigs.ts';
import { damaged, hostileJson, hostileTexts, hostileValues, torn } from '../kit/malformed.ts';
import { LONG_MS, runs } from '../kit/runs.ts';

const REPLIES = ['answer', 'throttled', 'unreachable', 'denied', 'drifted', 'lost', 'unauthorised'];
const STATUSES = [200, 201, 204, 301, 304, 400, 401, 403, 404, 408, 409, 410, 412, 413, 429, 500, 502, 503, 504, 999];
const TYPES = [
  'application/json',
  'application/json; odata.metadata=minimal',
  'text/html',
  '',
  'multipart/mixed; boundary=b',
  'multipart/mixed',
];

const heads = fc.record(
  { 'content-type': fc.constantFrom(...TYPES), 'retry-after': hostileTexts, location: hostileTexts },
  { requiredKeys: ['content-type'] },
);
const told = (head: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(head).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])));

test('whatever a service answers, it is an answer or a kind of trouble', { timeout: LONG_MS }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...STATUSES), heads, hostileJson, async (status, head, text) => {
      const reply = await replyOf({ kind: 'answer', status, headers: told(head), text }, 0);
      expect(REPLIES).toContain(reply.kind);
      if (reply.kind === 'throttled') expect(reply.retryAfterMs).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: runs(200) },
  );
});

const BATCH = [
  '--b',
  'Content-Type: multipart/mixed; boundary=cs',
  '',
  '--cs',
  'Content-Type: application/http',
  '',
  'HTTP/1.1 204 No Content',
  'OData-EntityId: https://x/accounts(1)',
  '',
  '--cs--',
  '--b',
  'Content-Type: application/http',
  '',
  'HTTP/1.1 412 Precondition Failed',
  'Content-Type: application/json',
  '',
  '{"error":{"code":"x","message":"y"}}',
  '--b--',
].join('\r\n');

test('whatever stands in the answer to a batch, it is told part by part, or as lost', { timeout: LONG_MS }, async () => {
  const types = fc.oneof(
    fc.constant('multipart/mixed; boundary=b'),
    hostileTexts.map((text) => `multipart/mixed; boundary="${text}"`),
  );
  await fc.assert(
    fc.asyncProperty(fc.oneof(torn(BATCH), hostileTexts), types, async (body, type) => {
      const reply = await batchReply({ kind: 'answer', status: 200, headers: { 'content-type': type }, body, code: '', words: '' }, 0);
      expect(['parts', ...REPLIES]).toContain(reply.kind);
    }),
    { numRuns: runs(300) },
  );
});

const TREES: Json = {
  '@odata.context': 'x',
  '@odata.deltaLink': 'http://127.0.0.1/next?token=1',
  value: [
    {
      '@odata.etag': 'W/"1"',
      abc_treeid: '3f2504e0-4f89-11d3-9a0c-0305e82c3301',
      abc_name: 'oak',
      dataAreaId: 'abct',
      One: 'x',
      modifiedon: '2026-01-01T00:00:00Z',
    },
    { '@odata.context': 'y/$deletedEntity', id: '3f2504e0-4f89-11d3-9a0c-0305e82c3302', reason: 'deleted' },
  ],
};
const METADATA: Json = {
  value: [
    {
      LogicalName: 'abc_tree',
      EntitySetName: 'abc_trees',
      PrimaryIdAttribute: 'abc_treeid',
      Properties: [
        { Name: 'dataAreaId', IsKey: true },
        { Name: 'One', IsKey: true },
      ],
    },
  ],
};
const FAILURE: Json = { error: { code: '0x80040237', message: 'no', innererror: { message: 'no, because' } } };

const bodies = fc.oneof(...[TREES, METADATA, FAILURE].map((whole) => damaged(whole).map((json) => JSON.stringify(json))), hostileJson);
const answers = fc.record({
  status: fc.constantFrom(...STATUSES.filter((status) => status !== 999)),
  etag: fc.constantFrom('W/"1"', '', '"'),
  body: bodies,
  isHtml: fc.constantFrom(false, false, false, true),
});
type Answer = typeof answers extends fc.Arbitrary<infer Value> ? Value : never;

const WRITES: readonly Write[] = [
  { kind: 'create', entity: TREE, columns: { abc_name: 'oak', One: 'x' }, match: { abc_name: 'oak' }, tag: 't' },
  {
    kind: 'update',
    entity: TREE,
    key: keyOf('3f2504e0-4f89-11d3-9a0c-0305e82c3301'),
    expected: version('W/"1"'),
    columns: { One: 'y' },
    tag: 't',
  },
  { kind: 'delete', entity: TREE, key: keyOf("dataAreaId='abct',One='x'"), expected: version('W/"1"'), columns: {}, tag: 't' },
];

describe.each(['dataverse', 'finops'])('%s', (adapter) => {
  let service: Service;
  let next: Answer;
  beforeAll(async () => {
    service = await serve(({ url }, response) => {
      if (url.includes('oauth2')) return tell(response, 200, 'application/json', JSON.stringify({ access_token: 'a', expires_in: 3600 }));
      return tell(response, next.status, next.isHtml ? 'text/html' : 'application/json', next.body, next.etag);
    });
  });
  afterAll(() => service.close());

  async function system(): Promise<System> {
    const binding: Binding = { entity: TREE, set: 'abc_trees', columns: ['abc_name', 'One'], where: {}, constants: {} };
    const auth = { token: `${service.url}/oauth2/v2.0/token`, client: 'concord', secret: 'concord-secret' };
    return opened(adapter, { url: service.url, auth, ...(adapter === 'finops' ? { company: 'abct' } : {}) }, [binding]);
  }

  test(
    'whatever comes back, of rows, of metadata, of failures: every question is answered, and nothing is thrown',
    { timeout: LONG_MS },
    async () => {
      await fc.assert(
        fc.asyncProperty(answers, hostileTexts, async (answer, text) => {
          next = answer;
          const one = await system();
          try {
            const TROUBLE = ['throttled', 'unreachable', 'denied', 'drifted'];
            for (const from of [undefined, cursor(text), cursor(JSON.stringify({ next: text, link: `${service.url}/x` }))])
              expect(['page', 'expired', ...TROUBLE]).toContain((await one.changes(TREE, from)).kind);
            expect(['row', 'missing', ...TROUBLE]).toContain((await one.read(TREE, keyOf(text))).kind);
            const outcomes = ['written', 'applied', 'removed', 'stale', 'missing', 'exists', 'refused', 'unknown', ...TROUBLE];
            for (const write of WRITES) expect(outcomes).toContain((await one.write(write)).kind);
          } finally {
            await one.close();
          }
        }),
        { numRuns: runs(60) },
      );
    },
  );

  test('a key that holds half a character is asked for, and leads to nothing', async () => {
    next = { status: 404, etag: '', body: JSON.stringify(FAILURE), isHtml: false };
    const one = await system();
    for (const key of ['\uD800', "One='\uDC00'"]) {
      expect(['missing', 'unreachable']).toContain((await one.read(TREE, keyOf(key))).kind);
      expect(
        (await one.write({ kind: 'delete', entity: TREE, key: keyOf(key), expected: version('W/"1"'), columns: {}, tag: 't' })).kind,
      ).toMatch(/missing|unreachable/);
    }
    await one.close();
  });

  test('whatever a hook brings, it is hints', { timeout: LONG_MS }, async () => {
    const one = await system();
    const EVENT: Json = {
      PrimaryEntityName: 'abc_tree',
      PrimaryEntityId: '3f2504e0-4f89-11d3-9a0c-0305e82c3301',
      InputParameters: [
        {
          key: 'Target',
          value: {
            Attributes: [
              { key: 'mserp_dataareaid', value: 'abct' },
              { key: 'mserp_one', value: 'x' },
            ],
          },
        },
      ],
    };
    fc.assert(
      fc.property(fc.oneof(damaged(EVENT), hostileValues), fc.dictionary(hostileTexts, hostileTexts, { maxKeys: 3 }), (body, headers) => {
        for (const hint of one.hints?.(body, headers) ?? []) expect(hint.entity).toBe(TREE);
      }),
      { numRuns: runs(300) },
    );
    await one.close();
  });
});

function tell(response: ServerResponse, status: number, type: string, body: string, etag = ''): void {
  response.writeHead(status, { 'content-type': type, etag });
  response.end(status === 204 || status === 304 ? undefined : body);
}

import type { Json, JsonObject } from '@concord/core';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isObject, member, objectsOf, textOf } from '../../packages/adapters/src/shared/json/look.ts';
import { AS_ADMIN } from '../kit/key.ts';
import { damaged, hostileJson, hostileTexts, hostileValues } from '../kit/malformed.ts';
import { promisesOf, type Promises } from '../kit/promised.ts';
import { LONG_MS, runs } from '../kit/runs.ts';
import { openApi, type Api } from '../server/api-town.ts';

/** What a door is called, and what its description says of it. */
interface Route {
  readonly method: string;
  readonly path: string;
  readonly query: readonly string[];
  /** The schema of the body; absent where none is read. */
  readonly body: JsonObject | undefined;
}

/** Copies of the whole ledger are made one at a time, and would fill the folder; that they are refused while one is made is told elsewhere. */
const NOT_IN_CROWDS = new Set(['POST /v1/backups']);
/** Its answer has no end; that a wrong id or entity is refused is told in test/server/stream.test.ts. */
const ENDLESS = new Set(['GET /v1/stream']);

let api: Api;
let routes: readonly Route[] = [];
let promises: Promises;
const real: Record<string, string> = {};

beforeAll(async () => {
  api = await openApi();
  const description = (await api.get('/openapi.json')).body;
  promises = promisesOf(description);
  const paths = member(description, 'paths');
  routes = api.doors
    .filter(
      ({ method, path, isPage }) =>
        method !== 'HEAD' && !isPage && !NOT_IN_CROWDS.has(`${method} ${path}`) && !ENDLESS.has(`${method} ${path}`),
    )
    .map(({ method, path }) => routeOf(member(member(paths, path.replaceAll(/:(\w+)/gu, '{$1}')), method.toLowerCase()), method, path));
  // Something that is there: behind a name that is not, few doors open.
  await api.quarrel('C-00003', { anna: 'Anna says', ben: 'Ben says' });
  const [conflict] = objectsOf((await api.get('/v1/conflicts')).body, 'items');
  Object.assign(real, { id: textOf(conflict, 'record'), conflict: textOf(conflict, 'id'), system: 'ce', entity: 'customer' });
}, 2 * LONG_MS);
afterAll(() => api.town.close());

function routeOf(told: Json | undefined, method: string, path: string): Route {
  const query = objectsOf(told, 'parameters').flatMap((one) => (member(one, 'in') === 'query' ? [textOf(one, 'name') ?? ''] : []));
  const body = member(member(member(member(told, 'requestBody'), 'content'), 'application/json'), 'schema');
  return { method, path, query, body: isObject(body) ? body : undefined };
}

/** Something that the schema may let in. */
function sampleOf(schema: Json | undefined): Json {
  const [one] = [...objectsOf(schema, 'anyOf'), ...objectsOf(schema, 'oneOf')];
  if (one) return sampleOf(one);
  const constant = member(schema, 'const');
  if (constant !== undefined) return constant;
  switch (textOf(schema, 'type')) {
    case 'object': {
      const properties = member(schema, 'properties');
      return Object.fromEntries(
        Object.entries(isObject(properties) ? properties : {}).map(([name, own]) => [name, sampleOf(own)] as const),
      );
    }
    case 'array':
      return [sampleOf(member(schema, 'items'))];
    case 'number':
    case 'integer':
      return 1;
    case 'boolean':
      return true;
    default:
      return 'x';
  }
}

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly body?: string;
  readonly type: string;
}

/** A request to a route in which at least one thing is not as it should be. */
function askedOf({ method, path, query, body }: Route): fc.Arbitrary<Asked> {
  const place = (name: string) =>
    fc.oneof(hostileTexts.map(encoded), fc.constant(encoded(real[name] ?? '')), fc.constant(encoded(real['conflict'] ?? '')));
  const names = [...path.matchAll(/:(\w+)/gu)].map(([, name = '']) => name);
  const url = fc
    .tuple(...names.map(place))
    .map((values) => names.reduce((sum, name, index) => sum.replace(`:${name}`, () => values[index] ?? ''), path));
  const pair = fc
    .tuple(fc.oneof(fc.constantFrom('limit', 'after', ...query), hostileTexts), hostileTexts)
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`);
  const rest = fc.array(pair, { maxLength: 3 }).map((pairs) => (pairs.length === 0 ? '' : `?${pairs.join('&')}`));
  const text = body
    ? fc.oneof(
        damaged(sampleOf(body)).map((json) => JSON.stringify(json)),
        hostileJson,
      )
    : hostileJson;
  return fc
    .record({
      url,
      rest,
      text,
      isSent: fc.boolean(),
      type: fc.constantFrom('application/json', 'application/json', 'text/plain', 'application/octet-stream'),
    })
    .map((given) => ({
      method,
      url: given.url + given.rest,
      type: given.type,
      ...(method === 'GET' || !given.isSent ? {} : { body: given.text }),
    }));
}

/** As somebody writes an address who does not know what belongs in one. */
function encoded(text: string): string {
  return encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, '%ED%A0%80').slice(0, 3_000));
}

async function ask({ method, url, body, type }: Asked): Promise<Response> {
  return fetch(`${api.url}${url}`, {
    method,
    redirect: 'manual',
    headers: { ...AS_ADMIN, ...(body === undefined ? {} : { 'content-type': type }) },
    ...(body === undefined ? {} : { body }),
  });
}

/** All records and their conflicts, and what people did. */
async function held(): Promise<string> {
  const { ledger } = api;
  const [records, conflicts, acts] = await Promise.all([
    ledger.records({ limit: 500 }),
    ledger.conflicts({ limit: 500 }),
    ledger.acts({ limit: 500 }),
  ]);
  return JSON.stringify([records.items, conflicts.items, acts.items, await ledger.counts()]);
}

test(
  'every route, whatever it is asked, answers, or refuses with a problem and leaves every record as it was',
  { timeout: 6 * LONG_MS },
  async () => {
    expect(routes.length).toBeGreaterThan(20);
    for (const route of routes) {
      let before = await held();
      await fc.assert(
        fc.asyncProperty(askedOf(route), async (asked) => {
          const answer = await ask(asked);
          const text = await answer.text();
          expect(
            [answer.status, text.slice(0, 300)],
            `${asked.method} ${asked.url.slice(0, 200)} ${(asked.body ?? '').slice(0, 200)}`,
          ).toEqual([expect.toSatisfy((status: number) => status < 500), expect.anything()]);
          const type = answer.headers.get('content-type') ?? '';
          expect(
            promises.misfits(route.method, route.path, { status: answer.status, type, text }),
            `${asked.method} ${asked.url.slice(0, 200)} answers what the description promises`,
          ).toEqual([]);
          const after = await held();
          if (answer.status >= 400) {
            expect(JSON.parse(text)).toMatchObject({ code: expect.stringMatching(/^[A-Z_]+$/u), remedy: expect.stringMatching(/./u) });
            expect(answer.headers.get('content-type')).toContain('application/problem+json');
            expect(after, 'what was refused changed nothing').toBe(before);
          }
          before = after;
        }),
        { numRuns: runs(15) },
      );
    }
  },
);

test.each([
  ['a sign that is cut off', 'GET', '/v1/records/%'],
  ['a letter that is cut off', 'GET', '/v1/records/%E0%A4%A'],
  ['a very long id', 'GET', `/v1/records/${'x'.repeat(2_000)}`],
  ['a very long name', 'POST', `/v1/maps/${'x'.repeat(2_000)}/ce/guard`],
])('an address with %s is refused as a problem', async (_title, method, url) => {
  const answer = await ask({ method, url, type: '' });
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(await answer.json()).toMatchObject({ status: 400, code: 'REQUEST_WRONG', remedy: expect.any(String) });
});

test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('no system is called %s, and no hook comes from it', async (name) => {
  const answer = await ask({ method: 'POST', url: `/hooks/${name}`, type: 'application/json', body: '{}' });
  expect([answer.status, await answer.json()]).toEqual([404, expect.objectContaining({ code: 'SYSTEM_UNKNOWN' })]);
});

test('every route refuses whoever brings a key that is none, whatever else they bring', { timeout: 2 * LONG_MS }, async () => {
  const keys = fc
    .oneof(
      hostileTexts,
      hostileValues.map((value) => JSON.stringify(value)),
    )
    .map((text) => encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, '')).slice(0, 2_000));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...api.doors.filter(({ method, path, needs }) => method !== 'HEAD' && path.startsWith('/v1/') && needs !== 'nobody')),
      keys,
      async ({ method, path }, key) => {
        const answer = await fetch(`${api.url}${path}`, { method, headers: { authorization: `Bearer ${key}` } });
        await answer.text();
        expect(answer.status).toBe(401);
      },
    ),
    { numRuns: runs(60) },
  );
});

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Value } from 'typebox/value';
import type { TSchema } from 'typebox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pageOf, ROUTES } from '../../packages/server/src/openapi/routes.ts';
import { problem } from '../../packages/server/src/openapi/shapes.ts';
import { isObject, member, objectsOf, textOf } from '../../packages/adapters/src/shared/json/look.ts';
import { Validator } from '@seriousme/openapi-schema-validator';
import { until } from '../kit/until.ts';
import { AS_ADMIN, keyOf } from '../kit/key.ts';
import { promisesOf } from '../kit/promised.ts';
import { openApi, type Api } from './api-town.ts';

const FILE = join(import.meta.dirname, '../../docs/openapi.json');
const COMMAND = 'UPDATE_OPENAPI=1 npx vitest run test/server/openapi.test.ts';

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.town.close());

test('the description is that of the routes, and the one in the repository is that description', async () => {
  const made = (await api.get('/openapi.json')).body;
  if (process.env['UPDATE_OPENAPI'] !== undefined) writeFileSync(FILE, `${JSON.stringify(made, undefined, 2)}\n`);
  expect(JSON.parse(readFileSync(FILE, 'utf8')), `docs/openapi.json is out of date. Make it anew: ${COMMAND}`).toEqual(made);
});

test('the description is OpenAPI 3.1, and every schema in it JSON Schema 2020-12', async () => {
  const made = (await api.get('/openapi.json')).body;
  const { valid, errors } = await new Validator().validate(isObject(made) ? made : {});
  expect([valid, errors]).toEqual([true, undefined]);
  expect(promisesOf(made).unsound).toEqual([]);
  const tuple = {
    paths: { '/x': { get: { responses: { 200: { content: { 'application/json': { schema: { type: 'array', items: [{}] } } } } } } } },
  };
  expect(promisesOf(tuple).unsound, 'the check can fail').toHaveLength(1);
});

test('whoever may say what they saw is told what else may come of it', async () => {
  const made = (await api.get('/openapi.json')).body;
  const paths = member(made, 'paths');
  const operations = isObject(paths) ? Object.values(paths).flatMap((methods) => (isObject(methods) ? Object.values(methods) : [])) : [];
  const taking = (header: string) =>
    operations.filter((told) =>
      objectsOf(told, 'parameters').some((one) => textOf(one, 'in') === 'header' && textOf(one, 'name') === header),
    );
  expect([taking('if-match').length, taking('if-none-match').length]).toEqual([3, 2]);
  for (const told of taking('if-match')) expect(member(member(told, 'responses'), '412')).toBeDefined();
  for (const told of taking('if-none-match')) expect(member(member(told, 'responses'), '304')).toBeDefined();
});

test('every route is described, and nothing else is', async () => {
  const doors = api.doors.filter(({ method, isPage }) => method !== 'HEAD' && !isPage).map(({ method, path }) => `${method} ${path}`);
  expect(doors.toSorted()).toEqual(Object.keys(ROUTES).toSorted());
  const paths = Object.entries(member((await api.get('/openapi.json')).body, 'paths') ?? {});
  const told = paths.flatMap(([path, methods]) => Object.keys(methods ?? {}).map((method) => `${method.toUpperCase()} ${path}`));
  expect(told.toSorted()).toEqual(doors.map((door) => door.replaceAll(/:(\w+)/gu, '{$1}')).toSorted());
});

/** What does not fit, for people. */
function misfits(schema: TSchema | undefined, body: unknown): readonly string[] {
  if (!schema) return ['nothing is promised'];
  return [...Value.Errors(schema, body)].map((error) => JSON.stringify(error).slice(0, 300));
}

test('what is answered is what is promised, no more and no less', async () => {
  const conflict = encodeURIComponent(await api.quarrel('C-00002', { anna: 'Anna Ltd', ben: 'Ben Ltd' }));
  const [record] = objectsOf((await api.get('/v1/records?entity=customer')).body, 'items');
  const quarrelled = textOf((await api.get(`/v1/conflicts/${conflict}`)).body, 'record') ?? '';
  const id = textOf(record, 'id') ?? '';
  const asked = [
    ['GET /healthz', '/healthz'],
    ['GET /livez', '/livez'],
    ['GET /readyz', '/readyz'],
    ['GET /v1/records', '/v1/records'],
    ['GET /v1/records/:id', `/v1/records/${id}`],
    ['GET /v1/records/:id/history', `/v1/records/${quarrelled}/history`],
    ['GET /v1/records/:id/blame', `/v1/records/${quarrelled}/blame`],
    ['GET /v1/conflicts', '/v1/conflicts'],
    ['GET /v1/conflicts/:id', `/v1/conflicts/${conflict}`],
    ['GET /v1/deliveries', '/v1/deliveries'],
    ['GET /v1/failures', '/v1/failures'],
    ['GET /v1/rows', '/v1/rows'],
    ['GET /v1/maps', '/v1/maps'],
    ['GET /v1/erasures', '/v1/erasures'],
    ['GET /v1/lab/lint', '/v1/lab/lint'],
    ['GET /v1/lab/forecast', '/v1/lab/forecast'],
    ['GET /v1/lab/suggest', '/v1/lab/suggest'],
    ['GET /v1/lab/prove', '/v1/lab/prove'],
  ] as const;
  for (const [route, path] of asked) {
    const { status, body } = await api.get(path);
    expect([route, status, misfits(ROUTES[route]?.answer, body)]).toEqual([route, 200, []]);
  }
  const resolved = await api.post(`/v1/conflicts/${conflict}/resolve`, { side: 'ce', by: 'Mia', note: 'asked them' });
  expect([resolved.status, misfits(ROUTES['POST /v1/conflicts/:id/resolve']?.answer, resolved.body)]).toEqual([200, []]);
  const policies = { entities: { customer: { fields: { phone: { policy: 'manual' } } } } };
  const done = [
    ['POST /v1/backups', '/v1/backups', 200, undefined],
    ['POST /v1/deliveries/retry', '/v1/deliveries/retry', 200, {}],
    ['POST /v1/deliveries/discard', '/v1/deliveries/discard', 200, {}],
    ['POST /v1/rows/retry', '/v1/rows/retry', 200, {}],
    ['POST /v1/rows/discard', '/v1/rows/discard', 200, {}],
    ['POST /v1/records/:id/resync', `/v1/records/${id}/resync`, 200, {}],
    ['POST /v1/entities/:entity/resync', '/v1/entities/customer/resync', 202, {}],
    ['POST /v1/lab/replay', '/v1/lab/replay', 200, { preset: 'dual-write' }],
    ['POST /v1/lab/apply', '/v1/lab/apply', 200, { policies }],
    ['POST /hooks/:system', '/hooks/ce', 202, {}],
  ] as const;
  for (const [route, path, wanted, sent] of done) {
    const { status, body } = await api.post(path, sent ?? '', sent ? undefined : {});
    expect([route, status, misfits(ROUTES[route]?.answer, body)]).toEqual([route, wanted, []]);
  }
  const compared = () => api.get('/v1/comparisons?entity=customer');
  await until(async () => (objectsOf((await compared()).body, 'items').length === 2 ? undefined : 'not compared'));
  expect(misfits(ROUTES['GET /v1/comparisons']?.answer, (await compared()).body)).toEqual([]);
  const wrong = await api.get('/v1/records/none');
  expect([wrong.status, misfits(problem, wrong.body)]).toEqual([404, []]);
  expect(misfits(pageOf(problem), { items: [{ code: 'x' }] }), 'the check can fail').not.toEqual([]);
});

test('the page tells every route, loads nothing, and runs no script', async () => {
  const answer = await fetch(`${api.url}/docs`, { headers: AS_ADMIN });
  const html = await answer.text();
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
  for (const route of Object.keys(ROUTES)) expect(html).toContain(`<code>${route.replaceAll(/:(\w+)/gu, '{$1}')}</code>`);
  expect(html).not.toMatch(/<script|<link|src=|https?:/u);
  expect((await fetch(`${api.url}/docs`)).status).toBe(401);
});

test('a browser is asked for a key, as the password, and shows the page then; nowhere else is a password taken', async () => {
  const browser = { accept: 'text/html,application/xhtml+xml' };
  const asked = await fetch(`${api.url}/docs`, { headers: browser });
  expect([asked.status, asked.headers.get('content-type')]).toEqual([401, 'text/html; charset=utf-8']);
  expect(asked.headers.get('www-authenticate')).toMatch(/^Basic realm="Concord: any name, and an API key as the password"/u);
  expect(await asked.text()).toContain('concord keys add');
  const basic = (key: string) => ({ ...browser, authorization: `Basic ${Buffer.from(`anybody:${key}`).toString('base64')}` });
  for (const path of ['/docs', '/openapi.json']) {
    expect([path, (await fetch(`${api.url}${path}`, { headers: basic(keyOf('reader')) })).status]).toEqual([path, 200]);
    expect([path, (await fetch(`${api.url}${path}`, { headers: basic('concord_000000000000_x') })).status]).toEqual([path, 401]);
  }
  const elsewhere = await fetch(`${api.url}/v1/records`, { headers: basic(keyOf('admin')) });
  expect([elsewhere.status, elsewhere.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="concord"']);
});

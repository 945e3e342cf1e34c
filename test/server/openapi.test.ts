import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Value } from 'typebox/value';
import type { TSchema } from 'typebox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pageOf, ROUTES } from '../../packages/server/src/openapi/routes.ts';
import { problem } from '../../packages/server/src/openapi/shapes.ts';
import { member, objectsOf, textOf } from '../../packages/adapters/src/shared/json/look.ts';
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

test('every route is described, and nothing else is', async () => {
  const doors = api.doors.filter(({ method }) => method !== 'HEAD').map(({ method, path }) => `${method} ${path}`);
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
  ] as const;
  for (const [route, path] of asked) {
    const { status, body } = await api.get(path);
    expect([route, status, misfits(ROUTES[route]?.answer, body)]).toEqual([route, 200, []]);
  }
  const resolved = await api.post(`/v1/conflicts/${conflict}/resolve`, { side: 'ce', by: 'Mia', note: 'asked them' });
  expect([resolved.status, misfits(ROUTES['POST /v1/conflicts/:id/resolve']?.answer, resolved.body)]).toEqual([200, []]);
  const wrong = await api.get('/v1/records/none');
  expect([wrong.status, misfits(problem, wrong.body)]).toEqual([404, []]);
  expect(misfits(pageOf(problem), { items: [{ code: 'x' }] }), 'the check can fail').not.toEqual([]);
});

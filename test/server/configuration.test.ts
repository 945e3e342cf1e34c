import { readFileSync } from 'node:fs';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { member, objectsOf } from '../../packages/adapters/src/shared/json/look.ts';
import { ROUTES } from '../../packages/server/src/openapi/routes.ts';
import { SECRETS } from '../kit/town-config.ts';
import { keyOf } from '../kit/key.ts';
import { openApi, type Api } from './api-town.ts';

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.town.close());

const misfits = (route: string, body: unknown) => [...Value.Errors(ROUTES[route]?.answer ?? {}, body)];

test('the configuration that runs is told, and no secret or address of it', async () => {
  const { status, body } = await api.get('/v1/configuration');
  expect([status, misfits('GET /v1/configuration', body)]).toEqual([200, []]);
  expect(body).toMatchObject({
    systems: { ce: { adapter: 'dataverse' }, fno: { adapter: 'finops' } },
    entities: {
      customer: { fields: { name: { policy: 'manual', systems: { ce: { column: 'name' }, fno: { column: 'OrganizationName' } } } } },
    },
  });
  const told = JSON.stringify(body);
  for (const secret of [...Object.values(SECRETS), api.town.ce.url, api.town.fno.url]) expect(told).not.toContain(secret);
});

const validate = (configuration: string) => api.post('/v1/configuration/validate', { configuration });

test('every fault of a configuration is named with its line; one that is right has none, and nothing is applied', async () => {
  const text = readFileSync(api.town.configFile, 'utf8');
  process.env['CE_URL'] ??= 'x';
  process.env['FNO_URL'] ??= 'x';
  for (const name of Object.keys(SECRETS)) process.env[name] ??= 'x';
  const right = await validate(text);
  expect([right.status, right.body, misfits('POST /v1/configuration/validate', right.body)]).toEqual([
    200,
    expect.objectContaining({ valid: true, faults: [] }),
    [],
  ]);
  const wrong = await validate(text.replace('manual', 'manuel'));
  expect(misfits('POST /v1/configuration/validate', wrong.body)).toEqual([]);
  expect(wrong.body).toMatchObject({
    valid: false,
    faults: [{ line: expect.any(Number), path: expect.stringContaining('entities.customer') }],
  });
  expect(member((await api.get('/v1/configuration')).body, 'file')).toBeDefined();
  expect((await validate('{ not: [yaml')).body).toMatchObject({ valid: false });
  expect((await validate('')).body).toMatchObject({ valid: false });
});

test('whoever may send a configuration learns nothing of the environment, and has no file read', async () => {
  process.env['CONCORD_TEST_SECRET'] = 'do-not-tell-this';
  const text = readFileSync(api.town.configFile, 'utf8');
  const sly = `${text}\npolicies:\n  sly: { module: /etc/passwd }\n`.replace(/^server:.*$/mu, 'server: { port: "${CONCORD_TEST_SECRET}" }');
  const { body } = await validate(sly);
  expect(JSON.stringify(body)).not.toContain('do-not-tell-this');
  expect(JSON.stringify(body)).not.toContain('root:');
  expect(objectsOf(body, 'faults').some(({ path }) => path === 'policies.sly.module' || String(path).startsWith('policies.sly'))).toBe(
    true,
  );
  const reader = { authorization: `Bearer ${keyOf('reader')}`, 'content-type': 'application/json' };
  expect((await api.post('/v1/configuration/validate', { configuration: text }, reader)).status).toBe(403);
});

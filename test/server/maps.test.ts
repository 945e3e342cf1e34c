import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Value } from 'typebox/value';
import { member, objectsOf } from '../../packages/adapters/src/shared/json/look.ts';
import { addKey } from '../../packages/server/src/access/keyring.ts';
import { ROUTES } from '../../packages/server/src/openapi/routes.ts';
import { recordOf, untilEqual, untilRead } from '../kit/town.ts';
import { until } from '../kit/until.ts';
import { runCommand } from './command.ts';
import { openApi, type Api } from './api-town.ts';

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.town.close());

const PATH = '/v1/maps/customer/ce';
const mapOf = async (entity: string, system: string) =>
  objectsOf((await api.get('/v1/maps')).body, 'items').find((map) => map['entity'] === entity && map['system'] === system);

test('a map is paused and resumed, tells who, when and why, and how much waits; nothing is lost', async () => {
  const paused = await api.post(`${PATH}/pause`, { note: 'the month is closed' });
  expect(paused).toMatchObject({
    status: 200,
    body: { state: 'paused', pause: { kind: 'paused', by: 'admin', note: 'the month is closed' } },
  });
  await api.town.ben.edit('C-00001', { OrganizationName: 'Meanwhile Ltd' });
  await api.town.anna.edit('C-00001', { telephone1: '+1 555 0777' });
  await untilRead(api.url, 'fno');
  await until(async () => (member((await mapOf('customer', 'ce')) ?? {}, 'to') ? undefined : 'no map'));
  await until(async () => {
    const to = member((await mapOf('customer', 'ce')) ?? {}, 'to');
    return member(to, 'due') === 1 && Number(member(to, 'lagSeconds')) > 0 ? undefined : JSON.stringify(to);
  });
  const hook = await fetch(`${api.url}/hooks/ce`, { method: 'POST', body: '{}' });
  expect(hook.status).toBe(202);
  expect(await recordOf(api.url, 'C-00001')).toMatchObject({ values: { name: 'Meanwhile Ltd', phone: '+1 555 0100' } });
  expect(await api.post(`${PATH}/pause`, {}), 'whoever was first').toMatchObject({ body: { pause: { note: 'the month is closed' } } });
  expect([...Value.Errors(ROUTES['GET /v1/maps']?.answer ?? {}, (await api.get('/v1/maps')).body)]).toEqual([]);
  const resumed = (await api.post(`${PATH}/resume`, {})).body;
  expect(resumed).not.toHaveProperty('pause');
  expect(resumed, 'what it answers is how it is now').toMatchObject({ state: 'live' });
  await untilEqual(api.town, api.url);
  expect(await recordOf(api.url, 'C-00001')).toMatchObject({ values: { name: 'Meanwhile Ltd', phone: '+1 555 0777' } });
});

test('one that is off is started, not resumed; what is not mirrored is a problem', async () => {
  expect(await api.post(`${PATH}/stop`, {})).toMatchObject({ status: 200, body: { pause: { kind: 'off' } } });
  expect(await api.post(`${PATH}/resume`, {})).toMatchObject({ status: 409, body: { code: 'MAP_OFF' } });
  expect(await api.post(`${PATH}/start`, {})).toMatchObject({ status: 200 });
  expect(await api.post('/v1/maps/customer/nobody/pause', {})).toMatchObject({ status: 404, body: { code: 'MAP_UNKNOWN' } });
  await untilEqual(api.town, api.url);
});

test('a key for an entity sees its maps alone', async () => {
  const file = join(api.town.configFile, '../concord.keys.json');
  const { text } = addKey(file, { name: 'Orders', role: 'reader', entities: ['order'] }, Date.now());
  const as = { authorization: `Bearer ${text}` };
  await until(async () => ((await api.get('/v1/maps', as)).status === 200 ? undefined : 'the key is not taken'));
  const seen = objectsOf((await api.get('/v1/maps', as)).body, 'items');
  expect(seen.map(({ entity }) => entity)).toEqual(['order', 'order']);
});

test('the command line does the same', { timeout: 120_000 }, async () => {
  const at = ['--url', api.url];
  const paused = await runCommand(['map', 'pause', 'customer', 'ce', ...at, '--by', 'admin', '--note', 'closed'], api.town.env);
  expect([paused.status, paused.printed]).toEqual([0, expect.stringContaining('customer ce: paused (paused by admin since')]);
  expect((await runCommand(['map', 'list', ...at], api.town.env)).printed).toContain('customer ce: paused');
  const resumed = await runCommand(['map', 'resume', 'customer', 'ce', ...at, '--by', 'admin'], api.town.env);
  expect([resumed.status, resumed.printed]).toEqual([0, expect.stringContaining('customer ce: live;')]);
  const idle = await runCommand(['map', 'pass', 'customer', 'ce', ...at, '--by', 'admin'], api.town.env);
  expect([idle.status, idle.printed]).toEqual([1, expect.stringContaining('`concord map list` tells which maps wait for a decision')]);
  await untilEqual(api.town, api.url);
});

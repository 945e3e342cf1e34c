import { Value } from 'typebox/value';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { member, objectsOf } from '../../packages/adapters/src/shared/json/look.ts';
import { ROUTES } from '../../packages/server/src/openapi/routes.ts';
import { AS_ADMIN } from '../kit/key.ts';
import { recordOf, untilEqual, untilRead } from '../kit/town.ts';
import { differences } from '../kit/town-rows.ts';
import { until } from '../kit/until.ts';
import { openApi, type Api } from './api-town.ts';

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.town.close());

const idOf = async (account: string) => String((await recordOf(api.url, account))['id']);
const phoneOf = async (account: string) => member(member(await recordOf(api.url, account), 'values'), 'phone');
const viewOf = async (id: string, query: string) => {
  const { body } = await api.get(`/v1/records/${id}/views/ce${query}`);
  expect([...Value.Errors(ROUTES['GET /v1/records/:id/views/:system']?.answer ?? {}, body)]).toEqual([]);
  return objectsOf(body, 'fields');
};

test('a value that once stood is restored, in the name of whoever asked, and written everywhere; not on top of what they have not seen', async () => {
  const id = await idOf('C-00001');
  const path = `/v1/records/${id}`;
  await api.town.anna.edit('C-00001', { telephone1: '+1 555 0001' });
  await untilEqual(api.town, api.url);
  const { versions } = Object(await recordOf(api.url, 'C-00001'));
  await api.town.ben.edit('C-00001', { PrimaryContactPhone: '+1 555 0002' });
  await untilEqual(api.town, api.url);
  const etag = (await fetch(`${api.url}${path}`, { headers: AS_ADMIN })).headers.get('etag') ?? '';
  await api.town.anna.edit('C-00001', { telephone1: '+1 555 0003' });
  await untilEqual(api.town, api.url);
  const restore = (field: string, body: object, headers = {}) =>
    api.post(`${path}/fields/${field}/restore`, body, { 'content-type': 'application/json', ...headers });
  expect(await restore('phone', { version: versions }, { 'if-match': etag })).toMatchObject({
    status: 412,
    body: { code: 'RECORD_MOVED', current: { id, values: { phone: '+1 555 0003' } } },
  });
  expect(await restore('phone', { version: versions, note: 'she called' })).toMatchObject({
    status: 200,
    body: { values: { phone: '+1 555 0001' } },
  });
  await untilEqual(api.town, api.url);
  expect(await phoneOf('C-00001')).toBe('+1 555 0001');
  const history = objectsOf((await api.get(`${path}/history?limit=500`)).body, 'items');
  expect(history.find((change) => change['note'] === 'she called')).toMatchObject({ by: 'admin', system: 'person' });
  expect(await restore('phone', { version: 999 })).toMatchObject({ status: 422, body: { code: 'EDIT_UNKNOWN' } });
  expect(await restore('colour', { version: 1 })).toMatchObject({ status: 422, body: { code: 'FIELD_UNKNOWN' } });
});

test('what a system sees is told as it is, and what it had told by then', async () => {
  const id = await idOf('C-00002');
  await api.town.anna.edit('C-00002', { telephone1: '+1 555 0011' });
  await untilEqual(api.town, api.url);
  const { versions } = Object(await recordOf(api.url, 'C-00002'));
  await api.town.anna.edit('C-00002', { telephone1: '+1 555 0012' });
  await untilEqual(api.town, api.url);
  const now = (await viewOf(id, '')).find(({ field }) => field === 'phone');
  expect(now).toEqual({ field: 'phone', merged: '+1 555 0012', holds: '+1 555 0012', hasSeen: true });
  const then = (await viewOf(id, `?at=${versions}`)).find(({ field }) => field === 'phone');
  expect(then).toMatchObject({ merged: '+1 555 0011', told: { value: '+1 555 0011', version: versions } });
  expect(await api.get(`/v1/records/${id}/views/nobody`)).toMatchObject({ status: 404, body: { code: 'SYSTEM_UNKNOWN' } });
  expect(await api.get(`/v1/records/${id}/views/ce?at=999`)).toMatchObject({ status: 404, body: { code: 'VERSION_UNKNOWN' } });
});

test('a record that was parted from a row takes nothing from it and brings nothing to it, until they are linked again', async () => {
  const id = await idOf('C-00003');
  const path = `/v1/records/${id}/systems/ce`;
  const records = objectsOf((await api.get('/v1/records?limit=500')).body, 'items').length;
  const parted = await api.post(`${path}/unlink`, { note: 'theirs alone' });
  expect(parted).toMatchObject({ status: 200, body: { systems: { ce: { state: 'unlinked' }, fno: { state: 'present' } } } });
  expect(await api.post(`${path}/unlink`, {})).toMatchObject({ status: 409, body: { code: 'RECORD_REFUSED' } });
  expect(await api.post(`/v1/records/${id}/systems/fno/unlink`, {})).toMatchObject({ status: 409, body: { code: 'RECORD_REFUSED' } });
  expect(await api.post(`/v1/records/${id}/systems/fno/relink`, {})).toMatchObject({ status: 409 });
  await api.town.anna.edit('C-00003', { telephone1: '+1 555 0033' });
  await api.town.ben.edit('C-00003', { OrganizationName: 'Ben Alone Ltd' });
  await untilRead(api.url, 'ce');
  await untilRead(api.url, 'fno');
  await until(async () =>
    member(member(await recordOf(api.url, 'C-00003'), 'values'), 'name') === 'Ben Alone Ltd' ? undefined : 'not read',
  );
  expect(await recordOf(api.url, 'C-00003')).toMatchObject({
    id,
    values: { phone: '+1 555 0100' },
    systems: { ce: { state: 'unlinked' } },
  });
  expect(objectsOf((await api.get('/v1/records?limit=500')).body, 'items')).toHaveLength(records);
  expect(differences(api.town).length).toBeGreaterThan(0);
  expect(await api.post(`${path}/relink`, { note: 'ours again' })).toMatchObject({
    status: 200,
    body: { systems: { ce: { state: 'present' } } },
  });
  for (const { id: conflict } of objectsOf((await api.get(`/v1/conflicts?record=${id}`)).body, 'items'))
    await api.post(`/v1/conflicts/${String(conflict)}/resolve`, { side: 'fno' });
  await untilEqual(api.town, api.url);
  expect(member(member(await recordOf(api.url, 'C-00003'), 'values'), 'name')).toBe('Ben Alone Ltd');
});

test('a value is pinned for a while, listed, and let go', async () => {
  const id = await idOf('C-00004');
  const path = `/v1/records/${id}/fields/phone`;
  const later = new Date(Date.now() + 3_600_000).toISOString();
  expect(await api.post(`${path}/pin`, { until: later, values: { phone: '+1 555 0404' }, note: 'audit' })).toMatchObject({
    status: 200,
    body: { values: { phone: '+1 555 0404' } },
  });
  const { body } = await api.get('/v1/pins');
  expect([...Value.Errors(ROUTES['GET /v1/pins']?.answer ?? {}, body)]).toEqual([]);
  expect(body).toMatchObject({ items: [{ record: id, fields: ['phone'], by: 'admin', note: 'audit', until: later }] });
  await untilEqual(api.town, api.url);
  await api.town.anna.edit('C-00004', { telephone1: '+1 555 0499' });
  await untilRead(api.url, 'ce');
  await untilEqual(api.town, api.url);
  expect(await phoneOf('C-00004')).toBe('+1 555 0404');
  for (const wrong of ['2020-01-01T00:00:00Z', '2999-01-01T00:00:00Z', 'tomorrow'])
    expect((await api.post(`${path}/pin`, { until: wrong })).status).toBe(400);
  expect(await api.post(`${path}/pin`, { until: later, values: { phone: 7 } })).toMatchObject({
    status: 422,
    body: { code: 'RULING_VALUE_WRONG' },
  });
  expect(await api.post(`${path}/unpin`, {})).toMatchObject({ status: 200 });
  expect(await api.post(`${path}/unpin`, {})).toMatchObject({ status: 409, body: { code: 'RECORD_REFUSED' } });
});

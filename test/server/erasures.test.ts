import { afterAll, beforeAll, expect, test } from 'vitest';
import { textOf } from '../../packages/adapters/src/shared/json/look.ts';
import { recordOf, untilEqual } from '../kit/town.ts';
import { openApi, type Api } from './api-town.ts';

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.town.close());

const OLD = 'Pays late, ask for Zephyrine';

test('a field that was emptied in both systems is erased over HTTP, listed, and told as erased; one that is held is refused', async () => {
  const account = 'C-00002';
  await api.town.anna.edit(account, { description: OLD });
  await untilEqual(api.town, api.url);
  const id = textOf(await recordOf(api.url, account), 'id') ?? '';
  const erase = (body: object) => api.post(`/v1/records/${id}/erase`, body);
  expect(await erase({ by: 'Mia', fields: ['memo'] })).toMatchObject({
    status: 409,
    body: { code: 'ERASE_OPEN', title: expect.stringContaining('memo is still held by') },
  });
  await api.town.anna.edit(account, { description: null });
  await untilEqual(api.town, api.url);
  expect(await erase({ by: 'Mia', fields: ['memo'], note: OLD })).toMatchObject({ status: 400, body: { code: 'ASK_WRONG' } });
  expect(await erase({ by: 'Mia', fields: ['shoe'] })).toMatchObject({ status: 422, body: { code: 'FIELD_UNKNOWN' } });
  expect(await erase({ by: '', fields: ['memo'] })).toMatchObject({ status: 400, body: { code: 'REQUEST_WRONG' } });
  expect(await erase({ by: 'Mia', fields: ['memo'], note: 'a letter' })).toMatchObject({
    status: 200,
    body: { record: id, fields: ['memo'], records: [id] },
  });
  expect(await api.get(`/v1/erasures?record=${id}`)).toMatchObject({
    body: { items: [{ by: 'Mia', record: id, note: 'a letter', fields: ['memo'] }] },
  });
  const history = await api.get(`/v1/records/${id}/history?limit=100`);
  expect(JSON.stringify(history.body)).not.toContain('Zephyrine');
  expect(history.body).toMatchObject({ items: expect.arrayContaining([expect.objectContaining({ erased: ['memo'] })]) });
  expect(await api.get(`/v1/lab/prove?record=${id}`)).toMatchObject({ body: { differ: 0, erased: 1 } });
  expect(await api.post('/v1/records/nobody/erase', { by: 'Mia' })).toMatchObject({ status: 404, body: { code: 'RECORD_UNKNOWN' } });
});

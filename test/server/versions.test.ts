import type { Json } from '@concord/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { member, objectsOf, textOf } from '../../packages/adapters/src/shared/json/look.ts';
import { until } from '../kit/until.ts';
import { customerIn } from '../kit/town-rows.ts';
import { openApi, type Api } from './api-town.ts';

let api: Api;
let id = '';
beforeAll(async () => {
  api = await openApi();
  const { anna } = api.town;
  for (const telephone1 of ['+1 555 1', '+1 555 2']) {
    await anna.edit('C-00004', { telephone1 });
    await until(() => (customerIn(api.town, 'C-00004').fno?.['phone'] === telephone1 ? undefined : 'not there'));
  }
  const all = objectsOf((await api.get('/v1/records?entity=customer')).body, 'items');
  id =
    textOf(
      all.find((one) => member(member(one, 'values'), 'account') === 'C-00004'),
      'id',
    ) ?? '';
});
afterAll(() => api.town.close());

const phoneIn = (body: Json): unknown => member(member(body, 'values'), 'phone');

test('by its number, its hash or a time, a record is as it was then', async () => {
  const versions = objectsOf((await api.get(`/v1/records/${id}/history?limit=500`)).body, 'items');
  const [first, last] = [versions.find((one) => JSON.stringify(one).includes('+1 555 1')), versions.at(-1)];
  const number = Number(member(first, 'version'));
  expect(phoneIn((await api.get(`/v1/records/${id}/version?at=${number}`)).body)).toBe('+1 555 1');
  expect(phoneIn((await api.get(`/v1/records/${id}/version?at=${textOf(first, 'hash') ?? ''}`)).body)).toBe('+1 555 1');
  const now = await api.get(`/v1/records/${id}/version?at=${encodeURIComponent(new Date(Date.now() + 60_000).toISOString())}`);
  const current = (await api.get(`/v1/records/${id}`)).body;
  expect([member(now.body, 'version'), member(now.body, 'values')]).toEqual([member(last, 'version'), member(current, 'values')]);
});

test('what was known at an instant is told beside what had happened by then', async () => {
  const versions = objectsOf((await api.get(`/v1/records/${id}/history?limit=500`)).body, 'items');
  const second = versions.find((one) => JSON.stringify(one).includes('+1 555 2'));
  const known = Date.parse(textOf(second, 'knownAt') ?? '');
  const at = (ms: number) => encodeURIComponent(new Date(ms).toISOString());
  const then = await api.get(`/v1/records/${id}/version?knownAt=${at(known - 1)}`);
  expect([then.status, phoneIn(then.body)]).toEqual([200, '+1 555 1']);
  expect(phoneIn((await api.get(`/v1/records/${id}/version?knownAt=${at(Date.now())}`)).body)).toBe('+1 555 2');
  const diff = await api.get(`/v1/records/${id}/diff?knownFrom=${at(known - 1)}&to=${Number(member(second, 'version'))}`);
  expect(diff.body).toMatchObject({ patch: [{ op: 'replace', path: '/phone', value: '+1 555 2' }] });
  const history = await api.get(`/v1/records/${id}/history?limit=500&knownAt=${at(known - 1)}`);
  expect(objectsOf(history.body, 'items')).toEqual(versions.slice(0, versions.indexOf(second ?? {})));
  const view = await api.get(`/v1/records/${id}/views/ce?knownAt=${at(known - 1)}`);
  expect(objectsOf(view.body, 'fields').find(({ field }) => field === 'phone')).toMatchObject({
    merged: '+1 555 1',
    told: { value: '+1 555 1' },
  });
});

test('what changed between two versions leads from one to the other, and back', async () => {
  const versions = Number(member((await api.get(`/v1/records/${id}`)).body, 'versions'));
  const between = (from: number, to: number) => api.get(`/v1/records/${id}/diff?from=${from}&to=${to}`);
  expect((await between(versions - 1, versions)).body).toMatchObject({ patch: [{ op: 'replace', path: '/phone', value: '+1 555 2' }] });
  expect((await between(versions, versions - 1)).body).toMatchObject({ patch: [{ op: 'replace', path: '/phone', value: '+1 555 1' }] });
  expect((await between(versions, versions)).body).toMatchObject({ patch: [] });
});

test.each([
  ['at=999', 404, 'VERSION_UNKNOWN'],
  ['at=1970-01-01T00:00:00Z', 404, 'VERSION_UNKNOWN'],
  ['at=yesterday', 400, 'REQUEST_WRONG'],
  ['at=2026-99-99T00:00:00Z', 400, 'REQUEST_WRONG'],
  ['', 400, 'REQUEST_WRONG'],
  ['knownAt=1970-01-01T00:00:00Z', 404, 'VERSION_UNKNOWN'],
  ['knownAt=4', 400, 'REQUEST_WRONG'],
  ['at=1&knownAt=2026-11-23T20:59:45Z', 400, 'REQUEST_WRONG'],
])('%s is answered %i %s', async (query, status, code) => {
  const answer = await api.get(`/v1/records/${id}/version?${query}`);
  expect([answer.status, member(answer.body, 'code')]).toEqual([status, code]);
});

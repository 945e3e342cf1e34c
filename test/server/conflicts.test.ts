import { join } from 'node:path';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { member, objectsOf, textOf } from '../../packages/adapters/src/shared/json/look.ts';
import { addKey } from '../../packages/server/src/access/keyring.ts';
import { ROUTES } from '../../packages/server/src/openapi/routes.ts';
import { AS_ADMIN } from '../kit/key.ts';
import { recordOf, untilEqual } from '../kit/town.ts';
import { until } from '../kit/until.ts';
import { openApi, type Api } from './api-town.ts';

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.town.close());

const NAMES = { anna: 'Anna Ltd', ben: 'Ben Ltd' };
const tagOf = async (path: string): Promise<string> =>
  (await fetch(`${api.url}${path}`, { headers: AS_ADMIN })).headers.get('etag') ?? 'none';
const seeing = (etag: string) => ({ 'content-type': 'application/json', 'if-match': etag });
const idsAt = async (query: string) => objectsOf((await api.get(`/v1/conflicts?${query}`)).body, 'items').map(({ id }) => id);

describe('two people', () => {
  test('who look at one conflict do not both win: the second is told how it is now', async () => {
    const id = await api.quarrel('C-00002', NAMES);
    const path = `/v1/conflicts/${id}`;
    const etag = await tagOf(path);
    expect(etag).toMatch(/^"[\w-]{22}"$/u);
    const [one, other] = await Promise.all([
      api.post(`${path}/resolve`, { side: 'ce', by: 'Mia' }, seeing(etag)),
      api.post(`${path}/resolve`, { side: 'fno', by: 'Tom' }, seeing(etag)),
    ]);
    expect(new Set([one.status, other.status])).toEqual(new Set([200, 412]));
    const [winner, loser] = one.status === 200 ? [one, other] : [other, one];
    expect(loser).toMatchObject({ type: expect.stringContaining('problem+json'), body: { code: 'CONFLICT_MOVED', status: 412 } });
    expect(member(loser.body, 'current')).toEqual(winner.body);
    expect((await api.get(path)).body).toEqual(winner.body);
    await untilEqual(api.town, api.url);
  });

  test('whoever looked before another side was heard of decides nothing', async () => {
    const id = await api.quarrel('C-00003', NAMES);
    const etag = await tagOf(`/v1/conflicts/${id}`);
    await api.town.anna.edit('C-00003', { name: 'Anna & Co' });
    await until(async () => ((await tagOf(`/v1/conflicts/${id}`)) === etag ? 'the edit was not heard of' : undefined));
    const late = await api.post(`/v1/conflicts/${id}/resolve`, { side: 'ce' }, seeing(etag));
    expect(late).toMatchObject({ status: 412, body: { current: { state: 'held' } } });
    const now = await tagOf(`/v1/conflicts/${id}`);
    expect((await api.post(`/v1/conflicts/${id}/resolve`, { side: 'ce' }, seeing(`"other", ${now}`))).status).toBe(200);
    await untilEqual(api.town, api.url);
    expect(await recordOf(api.url, 'C-00003')).toMatchObject({ values: { name: 'Anna & Co' } });
  });

  test('a record has an ETag too, which is another after an edit', async () => {
    const path = `/v1/records/${String((await recordOf(api.url, 'C-00001'))['id'])}`;
    const before = await tagOf(path);
    expect(await tagOf(path)).toBe(before);
    await api.town.anna.edit('C-00001', { telephone1: '+1 555 0101' });
    await untilEqual(api.town, api.url);
    expect(await tagOf(path)).not.toBe(before);
  });
});

describe('several at once', () => {
  test('each has its own end, and a note for all; a key for another entity decides none', async () => {
    const first = await api.quarrel('C-00004', NAMES);
    const second = await api.quarrel('C-00005', { anna: 'Anna Inc', ben: 'Ben Inc' });
    const stale = await tagOf(`/v1/conflicts/${first}`);
    const items = [
      { id: first, side: 'ce' },
      { id: second, values: { name: 'Both Inc' }, ifMatch: stale },
      { id: second, side: 'nobody' },
      { id: second, values: { name: 'Both Inc' } },
      { id: second, side: 'ce' },
      { id: 'nobody.name.1', side: 'ce' },
    ];
    const { text } = addKey(
      join(api.town.configFile, '../concord.keys.json'),
      { name: 'Orders', role: 'resolver', entities: ['order'] },
      Date.now(),
    );
    const as = { authorization: `Bearer ${text}`, 'content-type': 'application/json' };
    await until(async () => ((await api.get('/v1/maps', as)).status === 200 ? undefined : 'the key is not taken'));
    const stranger = await api.post('/v1/conflicts/resolve', { items }, as);
    expect(objectsOf(stranger.body, 'items').every(({ status }) => status === 404)).toBe(true);
    const { status, body } = await api.post('/v1/conflicts/resolve', { items, note: 'on the phone' });
    expect(status).toBe(200);
    expect([...Value.Errors(ROUTES['POST /v1/conflicts/resolve']?.answer ?? {}, body)]).toEqual([]);
    const told = objectsOf(body, 'items');
    expect(
      told.map((item) => [item['status'], textOf(member(item, 'problem'), 'code') ?? textOf(member(item, 'conflict'), 'state')]),
    ).toEqual([
      [200, 'resolved'],
      [412, 'CONFLICT_MOVED'],
      [422, 'RULING_SIDE_UNKNOWN'],
      [200, 'resolved'],
      [409, 'CONFLICT_CLOSED'],
      [404, 'CONFLICT_UNKNOWN'],
    ]);
    await untilEqual(api.town, api.url);
    const record = String((await recordOf(api.url, 'C-00005'))['id']);
    const history = objectsOf((await api.get(`/v1/records/${record}/history`)).body, 'items');
    expect(history.find(({ by }) => by === 'admin')).toMatchObject({ by: 'admin', note: 'on the phone' });
    expect((await api.post('/v1/conflicts/resolve', { items: [] })).status).toBe(400);
  });
});

describe('a closed conflict', () => {
  test('is opened again with its id, and what once lost is brought back by the version that set it', async () => {
    const id = await api.quarrel('C-00006', NAMES);
    const path = `/v1/conflicts/${id}`;
    await api.post(`${path}/resolve`, { side: 'ce' });
    await untilEqual(api.town, api.url);
    const record = String((await recordOf(api.url, 'C-00006'))['id']);
    const etag = await tagOf(path);
    expect((await api.post(`${path}/reopen`, { note: 'they called' }, seeing('"other"'))).status).toBe(412);
    const opened = await api.post(`${path}/reopen`, { note: 'they called' }, seeing(etag));
    expect(opened).toMatchObject({ status: 200, body: { id, state: 'held', rule: 'reopened', reason: 'admin wants it decided again' } });
    expect(opened.body).not.toHaveProperty('closedAt');
    expect(await recordOf(api.url, 'C-00006')).toMatchObject({ values: { name: 'Anna Ltd' }, held: [{ conflict: id }] });
    expect((await api.get(`/v1/lab/prove?record=${record}`)).body).toMatchObject({ records: 1, differ: 0, ruleChanged: 0 });
    expect(await api.post(`${path}/reopen`, {})).toMatchObject({ status: 409, body: { code: 'REOPEN_REFUSED' } });
    expect(await idsAt(`record=${record}`)).toEqual([id]);
    const history = objectsOf((await api.get(`/v1/records/${record}/history`)).body, 'items');
    const ben = history.find((change) => JSON.stringify(change['edits']).includes('"values":{"name":"Ben Ltd"}'));
    expect(await api.post(`${path}/resolve`, { version: 999 })).toMatchObject({ status: 422, body: { code: 'EDIT_UNKNOWN' } });
    expect(await api.post(`${path}/resolve`, { version: ben?.['version'] })).toMatchObject({ status: 200, body: { state: 'resolved' } });
    await untilEqual(api.town, api.url);
    expect(await recordOf(api.url, 'C-00006')).toMatchObject({ values: { name: 'Ben Ltd' }, held: [] });
  });

  test('that is open again may be decided for any side that it once had, as often as somebody wants', async () => {
    const id = await api.quarrel('C-00000', NAMES);
    const path = `/v1/conflicts/${id}`;
    for (const [side, name] of [
      ['ce', 'Anna Ltd'],
      ['fno', 'Ben Ltd'],
      ['ce', 'Anna Ltd'],
    ] as const) {
      expect(await api.post(`${path}/resolve`, { side })).toMatchObject({ status: 200, body: { state: 'resolved' } });
      await untilEqual(api.town, api.url);
      expect(await recordOf(api.url, 'C-00000')).toMatchObject({ values: { name } });
      const { body } = await api.post(`${path}/reopen`, {});
      expect(objectsOf(body, 'sides').map(({ system }) => system)).toEqual(['person', expect.any(String), expect.any(String)]);
    }
    expect(await api.post(`${path}/resolve`, { side: 'sap' })).toMatchObject({
      status: 422,
      body: { code: 'RULING_SIDE_UNKNOWN', remedy: expect.stringMatching(/person, (ce, fno|fno, ce)/u) },
    });
    await api.post(`${path}/resolve`, { side: 'person' });
  });

  test('that is open again is closed by an edit that comes before the ruling', async () => {
    const id = await api.quarrel('C-00001', NAMES);
    await api.post(`/v1/conflicts/${id}/resolve`, { side: 'ce' });
    await untilEqual(api.town, api.url);
    expect((await api.post(`/v1/conflicts/${id}/reopen`, {})).status).toBe(200);
    await api.town.ben.edit('C-00001', { OrganizationName: 'Newer Ltd' });
    await untilEqual(api.town, api.url);
    expect(await recordOf(api.url, 'C-00001')).toMatchObject({ values: { name: 'Newer Ltd' }, held: [] });
    expect((await api.get(`/v1/conflicts/${id}`)).body).not.toMatchObject({ state: 'held' });
  });
});

describe('GET /v1/conflicts', () => {
  test('narrows by field, code and age, page by page, and tells each that fits exactly once', async () => {
    const all = await idsAt('state=resolved&limit=500');
    expect(all.length).toBeGreaterThan(3);
    for (const query of ['field=name', 'code=C01', 'openedAfter=2020-01-01T00:00:00Z', 'openedBefore=2999-01-01T00:00:00Z'])
      expect([query, await idsAt(`state=resolved&limit=500&${query}`)]).toEqual([query, all]);
    for (const query of ['field=phone', 'code=C20', 'openedBefore=2020-01-01T00:00:00Z', 'openedAfter=2999-01-01T00:00:00Z'])
      expect([query, await idsAt(`state=resolved&${query}`)]).toEqual([query, []]);
    const paged: unknown[] = [];
    let after = '';
    do {
      const { body } = await api.get(`/v1/conflicts?state=resolved&field=name&limit=2${after && `&after=${encodeURIComponent(after)}`}`);
      const ids = objectsOf(body, 'items').map(({ id }) => id);
      expect(ids.length).toBeLessThanOrEqual(2);
      paged.push(...ids);
      after = textOf(body, 'next') ?? '';
    } while (after);
    expect(paged).toEqual(all);
    expect((await api.get('/v1/conflicts?openedAfter=yesterday')).status).toBe(400);
  });
});

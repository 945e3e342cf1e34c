import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { objectsOf, textOf } from '../../packages/adapters/src/shared/json/look.ts';
import { recordOf, untilEqual } from '../kit/town.ts';
import { until } from '../kit/until.ts';
import { openApi, type Api } from './api-town.ts';

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.town.close());

const KEY = encodeURIComponent("dataAreaId='abct',CustomerAccount='C-00001'");

/** A problem answer (RFC 9457) with the code of the catalogue and something that the reader can do. */
function problem(status: number, code: string) {
  return {
    status,
    type: expect.stringContaining('application/problem+json'),
    body: { type: expect.stringMatching(/^https:/), title: expect.stringMatching(/\w/), status, code, remedy: expect.stringMatching(/\w/) },
  };
}

describe('GET /healthz', () => {
  test('tells the ledger, each map and each queue', async () => {
    const { status, body } = await api.get('/healthz');
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'ok', ledger: { records: 7, held: 0, due: 0, parked: 0, waiting: 0 } });
    const maps = objectsOf(body, 'maps').map((map) => `${String(map['system'])} ${String(map['entity'])} ${String(map['state'])}`);
    expect(maps.toSorted()).toEqual(['ce customer live', 'ce order live', 'fno customer live', 'fno order live']);
    expect(objectsOf(body, 'deliveries')).toEqual(
      ['fno', 'ce'].map((system) => expect.objectContaining({ system, waiting: 0, underWay: 0 })),
    );
  });
});

describe('GET /v1/records', () => {
  test('tells all records page by page, each once', async () => {
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const { body } = await api.get(`/v1/records?limit=3${after === undefined ? '' : `&after=${encodeURIComponent(after)}`}`);
      seen.push(...objectsOf(body, 'items').map((record) => textOf(record, 'id') ?? ''));
      after = textOf(body, 'next');
    } while (after !== undefined);
    expect(seen).toHaveLength(7);
    expect(new Set(seen).size).toBe(7);
  });

  test('finds the record of a row by its key in either system', async () => {
    const { body } = await api.get(`/v1/records?system=fno&key=${KEY}`);
    expect(objectsOf(body, 'items')).toEqual([
      expect.objectContaining({
        entity: 'customer',
        state: 'live',
        values: expect.objectContaining({ account: 'C-00001', creditLimit: '1000.00' }),
      }),
    ]);
    const ce = await api.get('/v1/records?system=ce&key=00000000-0000-4000-8000-000000000001');
    expect(ce.body).toEqual(body);
  });

  test('finds nothing, and says so, where there is nothing', async () => {
    expect(await api.get('/v1/records?system=fno&key=nobody')).toMatchObject({ status: 200, body: { items: [] } });
    expect(await api.get('/v1/records?entity=order')).toMatchObject({ status: 200, body: { items: [] } });
  });

  test.each([
    ['/v1/records?system=fno', 'REQUEST_WRONG'],
    ['/v1/records?key=x', 'REQUEST_WRONG'],
    ['/v1/records?limit=0', 'REQUEST_WRONG'],
    ['/v1/records?limit=501', 'REQUEST_WRONG'],
    ['/v1/records?limit=many', 'REQUEST_WRONG'],
    ['/v1/conflicts?state=lost', 'REQUEST_WRONG'],
    ['/v1/conflicts?after=not-a-mark', 'PAGE_AFTER_WRONG'],
  ])('%s is refused with %s', async (path, code) => {
    expect(await api.get(path)).toEqual(problem(400, code));
  });

  test('a record that does not exist is a problem with a remedy', async () => {
    for (const rest of ['', '/history', '/blame'])
      expect(await api.get(`/v1/records/nobody${rest}`)).toEqual(problem(404, 'RECORD_UNKNOWN'));
  });
});

describe('GET /v1/records/:id, /history and /blame', () => {
  test('tell what stands, how it came about, and who set each field by which rule', async () => {
    await api.town.anna.edit('C-00002', { telephone1: '+1 555 0142' });
    await untilEqual(api.town, api.url);
    const id = textOf(await recordOf(api.url, 'C-00002'), 'id') ?? '';
    const { body } = await api.get(`/v1/records/${id}`);
    expect(body).toMatchObject({
      id,
      entity: 'customer',
      state: 'live',
      held: [],
      values: { phone: '+1 555 0142' },
      systems: { ce: { state: 'present' }, fno: { state: 'present' } },
    });
    const history = objectsOf((await api.get(`/v1/records/${id}/history`)).body, 'items');
    expect(history.map((change) => change['version'])).toEqual(history.map((_, index) => index + 1));
    expect(history.at(-1)).toMatchObject({
      system: 'ce',
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      edits: [{ system: 'ce', values: { phone: '+1 555 0142' }, before: { phone: '+1 555 0100' } }],
      patch: [{ op: 'replace', path: '/phone', value: '+1 555 0142' }],
    });
    const blame = objectsOf((await api.get(`/v1/records/${id}/blame`)).body, 'items');
    expect(blame.find(({ field }) => field === 'phone')).toMatchObject({ value: '+1 555 0142', system: 'ce', at: expect.any(String) });
  });

  test('tell of a merged text who wrote which words', async () => {
    await api.town.anna.edit('C-00003', { description: 'Pays by the 30th. Call before delivery.' });
    await untilEqual(api.town, api.url);
    await api.town.anna.edit('C-00003', { description: 'Pays by the 30th. Call before noon.' });
    await untilEqual(api.town, api.url);
    const id = textOf(await recordOf(api.url, 'C-00003'), 'id') ?? '';
    const memo = objectsOf((await api.get(`/v1/records/${id}/blame`)).body, 'items').find(({ field }) => field === 'memo');
    const runs = objectsOf(memo, 'runs');
    expect(runs.map(({ text }) => text).join('')).toBe('Pays by the 30th. Call before noon.');
    expect(runs.at(-1)).toMatchObject({ text: 'noon.', system: 'ce', version: expect.any(Number), at: expect.any(String) });
    expect(Number(runs[0]?.['version'])).toBeLessThan(Number(runs.at(-1)?.['version']));
  });

  test('tell a history page by page', async () => {
    const id = textOf(await recordOf(api.url, 'C-00002'), 'id') ?? '';
    const first = await api.get(`/v1/records/${id}/history?limit=1`);
    expect(objectsOf(first.body, 'items').map((change) => change['version'])).toEqual([1]);
    const second = await api.get(`/v1/records/${id}/history?limit=1&after=${encodeURIComponent(textOf(first.body, 'next') ?? '')}`);
    expect(objectsOf(second.body, 'items').map((change) => change['version'])).toEqual([2]);
  });
});

describe('POST /v1/conflicts/:id/resolve', () => {
  test('by side: that value stands in both systems, and the conflict tells who decided', async () => {
    const id = await api.quarrel('C-00003', { anna: 'Anna Ltd', ben: 'Ben Ltd' });
    const { status, body } = await api.get(`/v1/conflicts/${id}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ id, entity: 'customer', fields: ['name'], state: 'held', code: 'C01', base: { name: 'Customer 3' } });
    const sides = objectsOf(body, 'sides').map(({ system, values }) => ({ system, values }));
    expect(sides).toHaveLength(2);
    expect(sides).toEqual(
      expect.arrayContaining([
        { system: 'ce', values: { name: 'Anna Ltd' } },
        { system: 'fno', values: { name: 'Ben Ltd' } },
      ]),
    );
    const answer = await api.post(`/v1/conflicts/${id}/resolve`, { side: 'ce', by: 'cleo', note: 'asked them' });
    expect(answer).toMatchObject({ status: 200, body: { id, state: 'resolved', values: { name: 'Anna Ltd' }, reason: 'cleo decided' } });
    await untilEqual(api.town, api.url);
    expect(await recordOf(api.url, 'C-00003')).toMatchObject({ values: { name: 'Anna Ltd' }, held: [] });
  });

  test('by values: a value that neither side had stands in both systems', async () => {
    const id = await api.quarrel('C-00004', { anna: 'Anna Ltd', ben: 'Ben Ltd' });
    const answer = await api.post(`/v1/conflicts/${id}/resolve`, { values: { name: 'Both Ltd' }, by: 'cleo' });
    expect(answer).toMatchObject({ status: 200, body: { state: 'resolved', values: { name: 'Both Ltd' } } });
    await untilEqual(api.town, api.url);
    const history = await api.get(`/v1/records/${textOf(await recordOf(api.url, 'C-00004'), 'id')}/history?limit=500`);
    expect(objectsOf(history.body, 'items').find(({ by }) => by === 'cleo')).toMatchObject({
      edits: [{ values: { name: 'Both Ltd' }, by: 'cleo' }],
    });
  });

  test('what cannot be carried out is refused, says why, and changes nothing; a closed conflict is not decided twice', async () => {
    const id = await api.quarrel('C-00005', { anna: 'Anna Ltd', ben: 'Ben Ltd' });
    const resolve = (body: unknown) => api.post(`/v1/conflicts/${id}/resolve`, body);
    expect(await resolve({ by: 'cleo' })).toEqual(problem(400, 'REQUEST_WRONG'));
    expect(await resolve({ side: 'ce', values: { name: 'x' }, by: 'cleo' })).toEqual(problem(400, 'REQUEST_WRONG'));
    expect(await resolve({ side: 'ce', by: '' })).toEqual(problem(400, 'REQUEST_WRONG'));
    expect(await resolve({ side: 'ce', by: 'cleo', when: 'now' })).toEqual(problem(400, 'REQUEST_WRONG'));
    expect(await resolve('{ not json')).toEqual(problem(400, 'REQUEST_WRONG'));
    expect(await resolve({ side: 'nobody', by: 'cleo' })).toEqual(problem(422, 'RULING_SIDE_UNKNOWN'));
    expect(await resolve({ values: { name: 7 }, by: 'cleo' })).toEqual(problem(422, 'RULING_VALUE_WRONG'));
    expect(await resolve({ values: {}, by: 'cleo' })).toEqual(problem(422, 'RULING_VALUE_WRONG'));
    expect(await resolve({ values: { name: 'x', email: 'y' }, by: 'cleo' })).toEqual(problem(400, 'REQUEST_WRONG'));
    expect(await api.get(`/v1/conflicts/${id}`)).toMatchObject({ body: { state: 'held' } });
    expect(await resolve({ side: 'fno', by: 'cleo' })).toMatchObject({ status: 200 });
    expect(await resolve({ side: 'ce', by: 'dora' })).toEqual(problem(409, 'CONFLICT_CLOSED'));
    await untilEqual(api.town, api.url);
    expect(await recordOf(api.url, 'C-00005')).toMatchObject({ values: { name: 'Ben Ltd' } });
  });

  test('a conflict that does not exist is a problem with a remedy', async () => {
    expect(await api.get('/v1/conflicts/nobody.name.1')).toEqual(problem(404, 'CONFLICT_UNKNOWN'));
    expect(await api.post('/v1/conflicts/nobody.name.1/resolve', { side: 'ce', by: 'cleo' })).toEqual(problem(404, 'CONFLICT_UNKNOWN'));
  });
});

describe('GET /v1/conflicts', () => {
  test('is the inbox: what waits for a person, by entity and record, and what was decided when asked for', async () => {
    const id = await api.quarrel('C-00006', { anna: 'Anna Ltd', ben: 'Ben Ltd' });
    const record = textOf(await recordOf(api.url, 'C-00006'), 'id') ?? '';
    const idsAt = async (path: string) => objectsOf((await api.get(path)).body, 'items').map((conflict) => conflict['id']);
    expect(await idsAt('/v1/conflicts')).toContain(id);
    expect(await idsAt(`/v1/conflicts?record=${record}`)).toEqual([id]);
    expect(await idsAt('/v1/conflicts?entity=order')).toEqual([]);
    expect(await idsAt(`/v1/conflicts?record=${record}&state=resolved`)).toEqual([]);
    await api.post(`/v1/conflicts/${id}/resolve`, { side: 'ce', by: 'cleo' });
    expect(await idsAt(`/v1/conflicts?record=${record}`)).toEqual([]);
    expect(await idsAt(`/v1/conflicts?record=${record}&state=resolved`)).toEqual([id]);
  });
});

describe('POST /hooks/:system', () => {
  test.each(['{}', '[]', '{"PrimaryEntityName":"account","PrimaryEntityId":"00000000-0000-4000-8000-000000000001"}', '"text"', 'null'])(
    'a hook of any shape is taken as a hint: %s',
    async (body) => {
      expect(await api.post('/hooks/ce', body)).toMatchObject({ status: 202, body: { hints: expect.any(Number) } });
    },
  );

  test('a system that does not exist is a problem that names those that do', async () => {
    const answer = await api.post('/hooks/sap', {});
    expect(answer).toEqual(problem(404, 'SYSTEM_UNKNOWN'));
    expect(textOf(answer.body, 'remedy')).toMatch(/fno.*ce|ce.*fno/);
  });

  test('a body that is too large is refused', async () => {
    expect(await api.post('/hooks/ce', JSON.stringify('x'.repeat(600_000)))).toMatchObject({
      status: 413,
      body: { code: 'BODY_TOO_LARGE' },
    });
  });

  test('a body that is no JSON is a hint at everything: a system that is refused would not say it again', async () => {
    expect(await api.post('/hooks/ce', '{ not json')).toMatchObject({ status: 202, body: { hints: 2 } });
  });
});

describe('GET /v1/deliveries and /v1/failures', () => {
  test('tell what is parked and what went wrong in the words of the system, until a new edit moves it', async () => {
    const { town } = api;
    town.fno.faults.add({
      method: 'PATCH',
      path: 'C-00003',
      action: { kind: 'status', status: 400, words: 'Infolog: terms must be filled in' },
    });
    await town.anna.edit('C-00003', { telephone1: '+44 20 7946 0001' });
    const parked = async () => objectsOf((await api.get('/v1/deliveries?state=parked')).body, 'items')[0];
    await until(async () => ((await parked()) ? undefined : 'nothing is parked'));
    expect(await parked()).toMatchObject({
      system: 'fno',
      kind: 'update',
      state: 'parked',
      words: expect.stringContaining('terms must be'),
    });
    const failures = objectsOf((await api.get('/v1/failures')).body, 'items');
    expect(failures[0]).toMatchObject({ system: 'fno', code: 'C13', words: expect.stringContaining('terms must be') });
    town.fno.faults.clear();
    await town.anna.edit('C-00003', { telephone1: '+44 20 7946 0002' });
    await until(async () => ((await parked()) ? 'it is parked still' : undefined));
    expect(await api.get('/v1/deliveries?state=lost')).toMatchObject(problem(400, 'REQUEST_WRONG'));
  });
});

describe('everything else', () => {
  test('a route that does not exist is a problem that names it', async () => {
    const answer = await api.get('/v2/records');
    expect(answer).toEqual(problem(404, 'ROUTE_UNKNOWN'));
    expect(textOf(answer.body, 'title')).toContain('/v2/records');
    expect(await api.post('/v1/records', {})).toEqual(problem(404, 'ROUTE_UNKNOWN'));
  });
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { member, objectsOf } from '../../packages/adapters/src/shared/json/look.ts';
import { compileTable, digestOf, must, policies, recordId, revisionsOf } from '@concord/core';
import { untilEqual, recordOf } from '../kit/town.ts';
import { runCommand } from './command.ts';
import { openApi, type Api } from './api-town.ts';

let api: Api;
beforeAll(async () => {
  api = await openApi();
  // Names wait for a person here; under another policy nobody has to.
  await api.quarrel('C-00002', { anna: 'Anna Ltd', ben: 'Ben Ltd' });
});
afterAll(() => api.town.close());

const replay = (body: unknown) => api.post('/v1/lab/replay', body);
const overlay = (policy: unknown) => ({ policies: { entities: { customer: { fields: { name: { policy } } } } } });

test('tells what would be other, what would no longer wait, and what would be lost instead', async () => {
  const { status, body } = await replay({ ...overlay({ prefer: 'ce' }), entity: 'customer' });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    under: 'other policies',
    records: 7,
    registers: [
      {
        entity: 'customer',
        fields: ['name'],
        rule: { before: 'manual', after: 'prefer' },
        noLongerHeld: 1,
        lost: { before: 0, after: 1 },
        examples: [{ before: { held: true }, after: { held: false, values: { name: 'Anna Ltd' }, rule: 'prefer' } }],
      },
    ],
    lost: {
      before: 0,
      after: 1,
      both: 0,
      onlyAfter: [{ system: 'fno', values: { name: 'Ben Ltd' }, rule: 'prefer', stands: { name: 'Anna Ltd' } }],
    },
  });
});

test('takes presets, and writes nothing', async () => {
  const before = await api.get('/healthz');
  const { status, body } = await replay({ preset: 'one-master:fno', examples: 0, losses: 1 });
  expect(status).toBe(200);
  expect(objectsOf(body, 'registers').every(({ examples }) => Array.isArray(examples) && examples.length === 0)).toBe(true);
  const after = await api.get('/healthz');
  expect(member(after.body, 'ledger')).toEqual(member(before.body, 'ledger'));
});

test.each([
  [{}, 400, 'REQUEST_WRONG', /either `policies` or `preset`/u],
  [{ preset: 'dual-write', ...overlay('latest') }, 400, 'REQUEST_WRONG', /either/u],
  [{ preset: 'dual-write', entity: 'thing' }, 400, 'REQUEST_WRONG', /no entity "thing"/u],
  [{ preset: 'dual-write', since: 'yesterday' }, 400, 'REQUEST_WRONG', /`since`/u],
  [{ preset: 'dual-write', losses: 100_000 }, 400, 'REQUEST_WRONG', /losses/u],
  [{ preset: 'triple-write' }, 422, 'LAB_PRESET_UNKNOWN', /triple-write/u],
  [overlay('newest'), 422, 'CONFIG_WRONG', /entities\.customer\.fields\.name\.policy {2}There is no policy "newest"/u],
])('%j is refused with what to do', async (body, status, code, words) => {
  const answer = await replay(body);
  expect(answer).toMatchObject({
    status,
    type: expect.stringContaining('application/problem+json'),
    body: { code, title: expect.stringMatching(words) },
  });
});

test('one thing at a time: two would take the time from the records', async () => {
  const answers = await Promise.all([replay({ preset: 'dual-write' }), api.get('/v1/lab/prove')]);
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
});

test('lint, forecast and suggestions are told of the ledger that the sidecar holds', async () => {
  const lint = await api.get('/v1/lab/lint');
  expect(lint.status).toBe(200);
  for (const finding of objectsOf(lint.body, 'findings')) expect(finding).toMatchObject({ code: expect.stringMatching(/^PL\d\d$/u) });
  expect(await api.get('/v1/lab/forecast?lagMs=60000')).toMatchObject({
    status: 200,
    body: { assumedLagMs: 60_000, registers: expect.any(Array) },
  });
  expect(await api.get('/v1/lab/suggest')).toMatchObject({ status: 200, body: { suggestions: 0, overlay: '' } });
});

test('every record is proven by its edits, or one of them', async () => {
  expect(await api.get('/v1/lab/prove')).toMatchObject({ status: 200, body: { records: 7, differ: 0, ruleChanged: 0, differences: [] } });
  const [record] = (await api.ledger.records({ limit: 1 })).items;
  expect(await api.get(`/v1/lab/prove?record=${record?.id}`)).toMatchObject({ status: 200, body: { records: 1, differ: 0 } });
});

test.each([
  ['/v1/lab/forecast?lagMs=-1', 400, 'REQUEST_WRONG'],
  ['/v1/lab/prove?record=nobody', 404, 'RECORD_UNKNOWN'],
])('%s is refused', async (path, status, code) => {
  expect(await api.get(path)).toMatchObject({ status, body: { code } });
});

const apply = (more: object) => api.post('/v1/lab/apply', { ...overlay({ prefer: 'ce' }), by: 'Mia', ...more });

test('what would be changed is told with a name; another list, an unknown entity and nobody are refused', async () => {
  const told = await apply({ entity: 'customer' });
  expect(told).toMatchObject({
    status: 200,
    body: {
      list: expect.stringMatching(/^[0-9a-f]{16}$/u),
      records: 1,
      registers: 1,
      revisions: [{ register: 'name', before: { held: true }, after: { values: { name: 'Anna Ltd' }, held: false, rule: 'prefer' } }],
    },
  });
  expect(member(told.body, 'changed')).toBeUndefined();
  expect(await apply({ review: '0123456789abcdef' })).toMatchObject({ status: 409, body: { code: 'LAB_LIST_MOVED' } });
  expect(await apply({ entity: 'thing' })).toMatchObject({ status: 400, body: { code: 'REQUEST_WRONG' } });
  expect(await apply({ by: '' })).toMatchObject({ status: 400, body: { code: 'REQUEST_WRONG' } });
  expect(await api.post('/v1/lab/apply', { ...overlay('newest'), by: 'Mia' })).toMatchObject({
    status: 422,
    body: { code: 'CONFIG_WRONG' },
  });
  expect((await api.ledger.acts({ limit: 5 })).items).toEqual([]);
});

test('a record that came to something else since it was reviewed is left as it is', async () => {
  const [conflict] = (await api.ledger.conflicts({ state: 'held', limit: 1 })).items;
  const record = conflict && (await api.ledger.record(conflict.record));
  const map = must(
    api.maps.find(({ entity }) => entity === 'customer'),
    'it is configured',
  );
  const registers = map.registers.map((one) => (one.name === 'name' ? { ...one, policy: { name: 'prefer', options: 'ce' } } : one));
  const other = compileTable({ ...map, registers }, policies);
  const revisions = record ? await revisionsOf(api.ledger, other, record) : [];
  expect(revisions).toHaveLength(1);
  const id = record?.id ?? recordId('nobody');
  const ask = { record: id, other, by: 'Mia', note: 'reviewed' };
  expect(await api.engine.revise({ ...ask, reviewed: digestOf(id, []) })).toBe('moved');
  expect(await api.ledger.record(id)).toEqual(record);
  expect((await api.ledger.acts({ limit: 5 })).items).toEqual([]);
});

test('what was reviewed is changed like a ruling, written to the systems, kept in the audit, and nothing is left', async () => {
  const list = member((await apply({})).body, 'list');
  expect(await apply({ review: list, note: 'sales knows the names' })).toMatchObject({
    status: 200,
    body: { list, records: 1, changed: 1, moved: 0, revisions: [] },
  });
  await untilEqual(api.town, api.url);
  expect(await recordOf(api.url, 'C-00002')).toMatchObject({ values: { name: 'Anna Ltd' } });
  expect((await api.ledger.acts({ limit: 5 })).items).toMatchObject([{ operator: 'Mia', act: 'lab-apply', note: 'sales knows the names' }]);
  expect((await api.ledger.conflicts({ state: 'held', limit: 5 })).items).toEqual([]);
  const again = await apply({ review: list });
  expect([again.status, again.body]).toEqual([200, { records: 0, registers: 0, revisions: [] }]);
  expect(await api.get('/v1/lab/prove')).toMatchObject({ body: { differ: 0 } });
});

test(
  'a plan tells each write with its direction, changes nothing, and says by its status whether there is any',
  { timeout: 120_000 },
  async () => {
    const file = join(api.town.configFile, '../plan.yaml');
    const planned = async (policy: string) => {
      writeFileSync(file, `entities:\n  customer:\n    fields:\n      name: { policy: ${policy} }\n`);
      return runCommand(['plan', '--policies', file, '--url', api.url], api.town.env);
    };
    const id = await api.quarrel('C-00006', { anna: 'Anna Six', ben: 'Ben Six' });
    const before = await api.get('/healthz');
    const { status, printed } = await planned('{ prefer: ce }');
    expect([status, printed]).toEqual([
      2,
      expect.stringMatching(/customer C-00006 +name: .*→ “Anna Six” \(prefer\) {2}is written to .*fno.*Nothing was changed/su),
    ]);
    expect(await planned('manual')).toMatchObject({ status: 0, printed: expect.stringContaining('Nothing would change') });
    expect(await planned('newest')).toMatchObject({ status: 1 });
    expect(member((await api.get('/healthz')).body, 'ledger')).toEqual(member(before.body, 'ledger'));
    expect((await api.get(`/v1/conflicts/${id}`)).body).toMatchObject({ state: 'held' });
  },
);

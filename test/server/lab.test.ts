import { afterAll, beforeAll, expect, test } from 'vitest';
import { member, objectsOf } from '../../packages/adapters/src/shared/json/look.ts';
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

test('one replay at a time: two would take the time from the records', async () => {
  const answers = await Promise.all([replay({ preset: 'dual-write' }), replay({ preset: 'dual-write' })]);
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { member, objectsOf, textOf } from '../../packages/adapters/src/shared/json/look.ts';
import { needsSomebody, statusLines } from '../../packages/server/src/cli/status/words.ts';
import { recordOf, untilEqual } from '../kit/town.ts';
import { openApi, type Api } from './api-town.ts';
import { runCommands } from './command.ts';

const COMMANDS_MS_MAX = 120_000;

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.town.close());

test('a conflict is listed, shown with the ways to decide it, decided, and opened again', { timeout: COMMANDS_MS_MAX }, async () => {
  const id = await api.quarrel('C-00002', { anna: 'Anna Ltd', ben: 'Ben Ltd' });
  const at = ['--url', api.url];
  const [list, show, wrong, none, done, empty, again, settled] = await runCommands(
    [
      ['conflicts', 'list', ...at],
      ['conflicts', 'show', id, ...at],
      ['conflicts', 'resolve', id, ...at, '--value', 'phone=1'],
      ['conflicts', 'resolve', id, ...at],
      ['conflicts', 'resolve', id, ...at, '--side', 'ce', '--note', 'she called'],
      ['conflicts', 'list', ...at],
      ['conflicts', 'reopen', id, ...at],
      ['conflicts', 'resolve', id, ...at, '--value', 'name=Both Ltd'],
    ],
    api.town.env,
  );
  expect(list).toMatchObject({ status: 0, printed: expect.stringContaining(id) });
  expect(list?.printed).toMatch(/customer name, since [^\n]*Ltd” \| [^\n]*Ltd”/u);
  expect(show?.printed).toContain(`decide it: concord conflicts resolve ${id} --side `);
  expect(wrong).toMatchObject({ status: 1, printed: expect.stringContaining('"phone=1" does not begin with name=') });
  expect(none).toMatchObject({ status: 1, printed: expect.stringContaining('say how: one of --side') });
  expect(done).toMatchObject({
    status: 0,
    printed: expect.stringMatching(/resolved, C01[^]*stands: .*Anna Ltd[^]*lost fno .*Ben Ltd|resolved/u),
  });
  expect(empty).toMatchObject({ status: 0, printed: 'No conflict is held.\n' });
  expect(again).toMatchObject({ status: 0, printed: expect.stringContaining('held') });
  expect(settled).toMatchObject({ status: 0, printed: expect.stringContaining('Both Ltd') });
  await untilEqual(api.town, api.url);
  const record = await recordOf(api.url, 'C-00002');
  expect(record).toMatchObject({ values: { name: 'Both Ltd' }, held: [] });
  const acts = objectsOf((await api.get(`/v1/acts?record=${String(record['id'])}`)).body, 'items');
  expect(acts.map((act) => [act['by'], act['note']])).toContainEqual(['admin', 'she called']);
});

test('records are found by words, or by the key of a row', { timeout: COMMANDS_MS_MAX }, async () => {
  const { body } = await api.get('/v1/records?entity=customer&limit=500');
  const record = objectsOf(body, 'items').find((one) => member(member(one, 'values'), 'account') === 'C-00004');
  const [id, key] = [textOf(record, 'id') ?? '', textOf(member(member(record, 'systems'), 'fno'), 'key') ?? ''];
  const at = ['--url', api.url];
  const [words, keyed, none, few, half] = await runCommands(
    [
      ['records', 'find', 'c-00004', '--entity', 'customer', ...at],
      ['records', 'find', '--system', 'fno', '--key', key, ...at],
      ['records', 'find', 'nobody at all', ...at],
      ['records', 'find', '--limit', '2', ...at],
      ['records', 'find', '--system', 'fno', ...at],
    ],
    api.town.env,
  );
  expect(words).toMatchObject({ status: 0, printed: expect.stringMatching(new RegExp(`^${id}\n.*customer, live.*\n.*C-00004`, 'u')) });
  expect(keyed).toMatchObject({ status: 0, printed: expect.stringMatching(new RegExp(`^${id}\n`, 'u')) });
  expect(none).toMatchObject({ status: 1, printed: 'No record is like that.\n' });
  expect(few?.printed.match(/versions/gu)).toHaveLength(2);
  expect(half).toMatchObject({ status: 1, printed: expect.stringContaining('`concord records find --help` says') });
});

test(
  'the status is told once where nobody looks at a terminal, and its own status says whether somebody is needed',
  { timeout: COMMANDS_MS_MAX },
  async () => {
    await untilEqual(api.town, api.url);
    const [well] = await runCommands([['status', '--url', api.url]], api.town.env);
    expect(well).toMatchObject({
      status: 0,
      printed: expect.stringMatching(/is ok; \d+ records[^]*customer\s+ce\s+live[^]*No conflict waits/u),
    });
    const id = await api.quarrel('C-00005', { anna: 'A', ben: 'B' });
    const [ill, often] = await runCommands(
      [
        ['status', '--once', '--url', api.url],
        ['status', '--every', 'x', '--url', api.url],
      ],
      api.town.env,
    );
    expect(ill).toMatchObject({ status: 1, printed: expect.stringMatching(new RegExp(`1 conflict.s. wait for a person[^]*${id}`, 'u')) });
    expect(often).toMatchObject({ status: 1, printed: expect.stringContaining('"x" is no number of seconds') });
  },
);

test('what keeps a sidecar from its work stands at the top, and needs somebody', () => {
  const trouble = { words: 'The disk is full.', remedy: 'Free some.', since: '2026-01-01T00:00:00Z' };
  const deliveries = [{ system: 'ce', waiting: 7, underWay: 0, paused: 'no answer', circuit: { state: 'open' } }];
  const look = { health: { status: 'failing', ledger: { trouble, parked: 2 }, deliveries }, maps: [], inbox: [] };
  const lines = statusLines('http://x', look);
  expect(lines[1]).toContain('The disk is full. Free some.');
  expect(lines.join('\n')).toMatch(/the circuit of ce is open, 7 writes wait: no answer[^]*2 writes are parked: concord parked list/u);
  expect(needsSomebody(look)).toBe(true);
});

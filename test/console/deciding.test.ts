import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Change, Configuration, Conflict, RecordTold, View } from '../../packages/server/console/src/api/client.ts';
import { bodyOf, choicesOf, effectsOf } from '../../packages/server/console/src/inbox/choices.ts';
import { alikeIn, inOrder, matching } from '../../packages/server/console/src/inbox/order.ts';
import { bandsOf, marksOf } from '../../packages/server/console/src/record/marks.ts';
import { valuesAt, versionTelling } from '../../packages/server/console/src/record/past.ts';
import { fieldsWords, spaced, titleOf, titleWords, valueWords } from '../../packages/server/console/src/words.ts';

const AT = '2026-11-23T20:59:44.000Z';
const edit = (system: string, values: Conflict['base'], at = AT) => ({ system, at, values: values ?? {} });
const conflict = (told: Partial<Conflict>): Conflict => ({
  id: 'a.status.4',
  record: 'a',
  entity: 'order',
  fields: ['status'],
  code: 'C10',
  state: 'held',
  rule: 'rank',
  reason: 'they cannot both be',
  sides: [edit('fno', { status: 'Delivered' }), edit('ce', { status: 'Canceled' }, '2026-11-23T20:59:42.000Z')],
  losers: [],
  openedAt: AT,
  openedInVersion: 4,
  ...told,
});

describe('the choices of a conflict', () => {
  test('are its sides in the order in which they were made; two that say the same are one', () => {
    const three = conflict({ sides: [...conflict({}).sides, edit('wms', { status: 'Delivered' })] });
    const choices = choicesOf(three);
    expect(choices.map((choice) => ('values' in choice ? choice.values['status'] : ''))).toEqual(['Canceled', 'Delivered']);
    expect(choices.map(bodyOf)).toEqual([{ side: 'ce' }, { side: 'fno' }]);
  });

  test('of texts and of sets are both together as well, each line and each member once', () => {
    const texts = conflict({
      fields: ['memo'],
      sides: [edit('ce', { memo: 'Call first.\nNo ice.' }), edit('fno', { memo: 'Call Ben.\nNo ice.' })],
    });
    expect(choicesOf(texts).map(bodyOf)[2]).toEqual({ values: { memo: 'Call first.\nNo ice.\nCall Ben.' } });
    const sets = conflict({ fields: ['on'], sides: [edit('ce', { on: '["b"]' }), edit('fno', { on: '["a","b"]' })] });
    expect(choicesOf(sets).map(bodyOf)[2]).toEqual({ values: { on: '["a","b"]' } });
    expect(choicesOf(conflict({}))).toHaveLength(2);
  });

  test('of a deletion are to delete and to keep, whoever deleted', () => {
    const life = conflict({ fields: ['$life'], sides: [edit('ce', { $life: 'deleted' }), edit('fno', { name: 'x' })] });
    expect(choicesOf(life).map(bodyOf)).toEqual([{ values: { $life: 'deleted' } }, { values: { $life: 'live' } }]);
  });

  test('of a question about records are those that it offers', () => {
    const asked = conflict({ about: {}, choices: ['join: b', 'apart: true'] });
    expect(choicesOf(asked).map(bodyOf)).toEqual([{ join: 'b' }, { apart: true }]);
    expect(choicesOf(conflict({ about: {}, choices: ["row: a='1: 2'"] })).map(bodyOf)).toEqual([{ row: "a='1: 2'" }]);
  });
});

describe('what a choice would do', () => {
  const field = (only?: string) => ({
    type: 'text',
    systems: { ce: { column: 'c' }, fno: { column: 'f', ...(only === undefined ? {} : { only }) } },
  });
  const configurationWith = (only?: string): Configuration => ({
    file: '',
    systems: {},
    entities: { order: { key: [], delete: '', systems: {}, invariants: [], fields: { status: field(only) } } },
    policies: {},
    ledger: { file: '' },
    server: { host: '', port: 0 },
    limits: {},
  });
  const record: RecordTold = {
    id: 'a',
    entity: 'order',
    state: 'live',
    versions: 4,
    heads: [],
    values: {},
    held: [],
    systems: { ce: { state: 'present' }, fno: { state: 'present' } },
  };
  const viewOf = (system: string, holds: string): View => ({ system, version: 4, fields: [{ field: 'status', merged: 'Active', holds }] });
  const views = new Map([
    ['ce', viewOf('ce', 'Canceled')],
    ['fno', viewOf('fno', 'Delivered')],
  ]);
  const kinds = (value: string, only?: string) =>
    effectsOf(conflict({}), { status: value }, { record, views, configuration: configurationWith(only) }).map(
      ({ system, kind }) => `${system} ${kind}`,
    );

  test('is written where something else is held, and nowhere else', () => {
    expect(kinds('Delivered')).toEqual(['ce changes', 'fno stays']);
    expect(kinds('Active')).toEqual(['ce changes', 'fno changes']);
  });

  test('is not written where the map only reads', () => {
    expect(kinds('Canceled', 'read')).toEqual(['ce stays', 'fno readonly']);
  });
});

test('the inbox has the most harmful first, then what has waited longest; alike is what asks the very same', () => {
  const young = conflict({ id: '1', openedAt: '2026-11-24T00:00:00.000Z' });
  const old = conflict({ id: '2', openedAt: '2026-11-22T00:00:00.000Z' });
  const whole = conflict({ id: '3', openedAt: '2026-11-25T00:00:00.000Z', fields: ['$life'] });
  const other = conflict({ id: '4', sides: [edit('fno', { status: 'Invoiced' }), edit('ce', { status: 'Canceled' })] });
  expect(inOrder([young, old, whole]).map(({ id }) => id)).toEqual(['3', '2', '1']);
  expect(alikeIn([young, old, whole, other], young).map(({ id }) => id)).toEqual(['2']);
  expect(matching([young, other], { entity: '', text: 'invoiced' }, new Map()).map(({ id }) => id)).toEqual(['4']);
  expect(matching([young, other], { entity: 'customer', text: '' }, new Map())).toEqual([]);
});

describe('a history', () => {
  const change = (version: number, told: Partial<Change>): Change => ({
    version,
    hash: '',
    at: AT,
    system: 'ce',
    edits: [],
    resolutions: [],
    patch: [],
    ...told,
  });

  test('replayed up to a version gives what stood with it, whatever the names of fields', () => {
    const name = fc.string({ minLength: 1, maxLength: 6 });
    const escaped = (text: string): string => text.replaceAll('~', '~0').replaceAll('/', '~1');
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.option(fc.string())), { maxLength: 30 }), (steps) => {
        const model = new Map<string, string>();
        const history = steps.map(([field, value], index) => {
          const op = value === null ? 'remove' : model.has(field) ? 'replace' : 'add';
          if (value === null) model.delete(field);
          else model.set(field, value);
          return change(index + 1, { patch: [{ op, path: `/${escaped(field)}`, ...(value === null ? {} : { value }) }] });
        });
        expect(new Map(Object.entries(valuesAt(history, steps.length)))).toEqual(model);
        expect(valuesAt(history, 0)).toEqual({});
      }),
    );
  });

  test('tells by which version a value is restored: the last that set it, or came to it', () => {
    const history = [
      change(1, { edits: [edit('ce', { name: 'a' })] }),
      change(2, { edits: [edit('fno', { name: 'b' })] }),
      change(3, { edits: [edit('ce', { name: 'a' })] }),
    ];
    expect([versionTelling(history, 'name', 'a'), versionTelling(history, 'name', 'b'), versionTelling(history, 'name', 'c')]).toEqual([
      3,
      2,
      undefined,
    ]);
  });

  test('has what did not know of each other in one band, and a ruling outside of it', () => {
    const [one, two] = [edit('fno', { status: 'Delivered' }), edit('ce', { status: 'Canceled' }, '2026-11-23T20:59:42.000Z')];
    const decision = { fields: ['status'], code: 'C10', state: 'held' as const, rule: 'rank', reason: '', sides: [one, two], losers: [] };
    const history = [
      change(1, {}),
      change(2, { system: 'fno', edits: [one] }),
      change(3, { edits: [two], resolutions: [decision] }),
      change(4, {
        system: 'person',
        edits: [edit('person', { status: 'Delivered' })],
        resolutions: [{ ...decision, state: 'settled', rule: 'ruling' }],
      }),
    ];
    expect(bandsOf(history)).toEqual([{ from: 2, to: 3 }]);
    expect(marksOf(history).map(({ lane, kind, version }) => `${version} ${lane} ${kind}`)).toEqual([
      '2 fno edit',
      '3 ce edit',
      '3 concord held',
      '4 person ruling',
    ]);
  });
});

test('words are those of people', () => {
  expect([spaced('creditLimit'), spaced('abc_grade'), fieldsWords(['invoiceCity', 'zipCode'])]).toEqual([
    'Credit limit',
    'Abc grade',
    'Invoice city and zip code',
  ]);
  expect([
    valueWords(null),
    valueWords(true),
    valueWords('PartiallyDelivered'),
    valueWords('["Summer","Winter"]'),
    valueWords('McDonald & Sons'),
  ]).toEqual(['empty', 'Yes', 'Partially delivered', 'Summer, Winter', 'McDonald & Sons']);
  expect(valueWords(`${'long '.repeat(30)}text`, 'short')).toMatch(/^long .*…$/u);
  expect(titleWords({ record: 'a', entity: 'customer', values: { account: 'C-1', name: 'Blue Ridge' } })).toBe('Blue Ridge · C-1');
  const line = { record: 'b', entity: 'orderLine', values: { line: 2 }, of: { entity: 'salesOrder', values: { number: 'SO-9' } } };
  expect(titleOf(line)).toEqual({ name: '', number: 'SO-9 line 2', what: 'Order line' });
});

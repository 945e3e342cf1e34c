import { actorOf, compileTable, opId, systemId, type Conflict, type Edit, type FieldType, type Value } from '@concord/core';
import { expect, test } from 'vitest';
import { answerOf, decide } from '../kit/decided.ts';
import { madeOf } from '../kit/policies.ts';
import { CE, FNO, tableOf } from '../kit/tables.ts';

const TEXT: FieldType = { kind: 'text' };
const WHOLE: FieldType = { kind: 'integer' };

function edit(name: string, value: Value, atMs = 0, on: Value = null): Edit {
  const system = systemId(name);
  return { op: opId(1, actorOf(system)), system, value, on, saw: 1, number: 2, stamp: { ms: atMs, count: 0, system } };
}

function view(type: FieldType, edits: readonly Edit[], more: Partial<Conflict> = {}): Conflict {
  return { type, edits, base: null, ...more };
}

test('what is within a policy makes it what it is: a gate, a sum', () => {
  expect(madeOf('when', [{ if: 'closed', then: { owner: 'fno' } }]).traits).toMatchObject({ gate: true, additive: false });
  expect(madeOf('chain', ['counter', 'manual'], { type: WHOLE }).traits).toMatchObject({ gate: false, additive: true, synthetic: true });
});

test('which fields the conditions read is known, however deep they are, without the field itself', () => {
  const deep = [{ if: 'closed', then: { freeze: { when: 'status == "Open" || field == "x"', then: 'latest' } } }];
  expect(madeOf('when', deep).readsFields).toEqual(['closed', 'status']);
  expect(madeOf('latest', undefined).readsFields).toEqual([]);
});

test('a register tells which fields its policy reads', () => {
  const policy = { name: 'freeze', options: { when: 'account == "A"' } };
  expect(tableOf({ account: {}, name: { policy } }).registers.get('name')?.readsFields).toEqual(['account']);
});

test('a condition without an answer holds, and says why', () => {
  const made = madeOf('when', [{ if: '1 / int(total) > 0', then: 'latest' }]);
  expect(decide(made, view(TEXT, [edit('fno', 'a'), edit('ce', 'b')], { fields: { total: '0.00' } }))).toMatchObject({
    kind: 'held',
    code: 'C17',
    reason: expect.stringContaining('has no answer'),
  });
});

test('a reason tells the whole way through the policies', () => {
  const made = madeOf('not-empty', { then: { chain: ['text', 'latest'] } });
  const { reason } = answerOf(made, view(TEXT, [edit('fno', 'a', 2), edit('ce', 'b'), edit('pos', null)], { base: 'c' }));
  expect(reason).toBe(
    'empty edits do not count; chain: not text (the same words, or neighbours, were changed on both sides); latest: fno edited last (1970-01-01T00:00:00Z)',
  );
});

test('nesting has an end', () => {
  let words: unknown = 'latest';
  for (let depth = 0; depth < 9; depth += 1) words = { chain: [words, 'manual'] };
  expect(() => madeOf('not-empty', { then: words })).toThrow('Policies nest deeper than 8.');
});

test('nobody hides edits from a sum, nor from what weighs more than the edits', () => {
  expect(() => madeOf('latest', { within: '1s', then: 'counter' }, { type: WHOLE })).toThrow('weighs more than the edits');
  expect(() => madeOf('not-empty', { then: 'first' })).toThrow('weighs more than the edits');
  expect(() => madeOf('json', { paths: { '/n': 'counter' } }, { type: { kind: 'json' } })).toThrow('weighs more than the edits');
});

test('a value of its own is written nowhere', () => {
  const rule = tableOf({ mood: { policy: { name: 'local', options: 'ce' } } }).registers.get('mood');
  expect([FNO, CE].map((system) => [rule?.reads(system), rule?.writes(system)])).toEqual([
    [true, false],
    [true, false],
  ]);
});

test('a table map whose policies were not checked is a broken promise', () => {
  const map = tableOf({ name: {} }).map;
  expect(() => compileTable(map, {})).toThrow('was checked with the configuration');
});

test('points are compared exactly: a difference that a double cannot tell still decides', () => {
  const year = { from: 100, to: 0, over: '365d' };
  const made = madeOf('trust', { systems: { fno: year, ce: { from: 50, to: 50, over: '1s' } } });
  const now = 1_700_000_000_000;
  const half = (365 * 86_400_000) / 2;
  const at = (ageMs: number): unknown => decide(made, view(TEXT, [edit('fno', 'old', now - ageMs), edit('ce', 'new', now)]));
  expect([at(half - 1), at(half + 1)]).toMatchObject([{ value: 'old' }, { value: 'new' }]);
});

test('a window is measured from the last edit, not from neighbour to neighbour', () => {
  const made = madeOf('latest', { within: '5s', then: { prefer: 'ce' } });
  const chained = [edit('ce', 'c', 0), edit('pos', 'p', 4000), edit('fno', 'f', 8000)];
  expect(decide(made, view(TEXT, chained))).toMatchObject({ kind: 'settled', value: 'f' });
});

test('what is beyond a bound is kept, and told as a breach', () => {
  const made = madeOf('bounded', { floor: 0, onBreach: 'clamp' }, { type: WHOLE });
  const seen = view(WHOLE, [edit('fno', 2, 0, 5), edit('ce', 1, 0, 5)], { base: 5 });
  expect(decide(made, seen)).toMatchObject({ kind: 'settled', value: 0, code: 'C11' });
  expect(answerOf(made, seen)).toMatchObject({ value: 0, kept: '-2' });
  expect(answerOf(madeOf('bounded', { floor: 0 }, { type: WHOLE }), seen)).toMatchObject({ kind: 'held', code: 'C11' });
});

test('counts that nobody agreed on are not added up', () => {
  const edits = [edit('fno', 41), edit('ce', 51)].map(({ on: _nothing, ...first }) => first);
  expect(decide(madeOf('counter', undefined, { type: WHOLE }), { type: WHOLE, edits })).toMatchObject({ kind: 'held', code: 'C19' });
});

import { applyStep, decodeRecord, encodeRecord, encodeStep, must, registersIn, type RecordState, type Value } from '@concord/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { histories, play } from '../kit/histories.ts';
import { MIXED, mixedValues } from '../kit/mixed.ts';
import { CE, FNO, POS, tableOf } from '../kit/tables.ts';
import { worldOf } from '../kit/world.ts';

const SYSTEMS = [FNO, CE, POS];
const table = tableOf(MIXED, { systems: SYSTEMS });
const words = fc.oneof(fc.constantFrom<Value>('red', 'blue', null, 'quote " and \\ back', 'line\nbreak', 'ü😀', '[1,2]', ''), fc.string());
const fields = mixedValues(words, 2_000_000_000);

/** The states that a record went through, one plan at a time. */
function states(steps: Parameters<typeof play>[1]): readonly RecordState[] {
  const world = worldOf(table);
  play(world, steps);
  return world.plans.map(({ record }) => record);
}

/** With every register whole, so that it does not matter which are stored in short. */
function whole(record: RecordState): unknown {
  return { ...record, registers: registersIn(record) };
}

test('a record is read as it was written, after whatever happened to it', () => {
  fc.assert(
    fc.property(histories(SYSTEMS, fields), (steps) => {
      for (const state of states(steps)) {
        const read = decodeRecord(encodeRecord(state));
        expect(whole(read)).toEqual(whole(state));
        expect(encodeRecord(read)).toBe(encodeRecord(state));
      }
    }),
    { numRuns: 60 },
  );
});

test('steps lead from any state to any later one, over as many plans as there were between', () => {
  fc.assert(
    fc.property(histories(SYSTEMS, fields), fc.nat(), fc.nat(), (steps, a, b) => {
      const all = states(steps);
      if (all.length < 2) return;
      const from = a % (all.length - 1);
      const to = from + 1 + (b % (all.length - 1 - from));
      const [before, after] = [must(all[from], 'a state'), must(all[to], 'a later state')];
      expect(whole(applyStep(decodeRecord(encodeRecord(before)), encodeStep(before, after)))).toEqual(whole(after));
    }),
    { numRuns: 200 },
  );
});

test('what is no record, and what is no step of this one, is refused', () => {
  const state = must(
    states([
      { kind: 'edit', system: FNO, changes: { account: 'a', name: 'red' } },
      { kind: 'pull', system: FNO },
    ]).at(-1),
    'made',
  );
  for (const text of [
    '',
    '{}',
    '[]',
    'null',
    '{"id":1}',
    encodeRecord(state).slice(0, -2),
    encodeRecord(state).replace('"registers":{', '"registers":{"x":[1,2,3],'),
  ])
    expect(() => decodeRecord(text)).toThrow(/./u);
  expect(() => applyStep(state, encodeRecord(state))).toThrow(/does not belong/u);
});

import fc from 'fast-check';
import {
  fold,
  keyOf,
  observe,
  recordId,
  registersIn,
  verifyRecord,
  version,
  type Context,
  type MappedRow,
  type Plan,
  type RecordState,
  type SystemId,
  type Value,
  frontierIn,
} from '@concord/core';
import { expect, test } from 'vitest';
import { byText } from '../kit/house.ts';
import { MIXED, mixedValues } from '../kit/mixed.ts';
import { runs } from '../kit/runs.ts';
import { CE, FNO, POS, tableOf } from '../kit/tables.ts';

const table = tableOf(MIXED, { systems: [FNO, CE, POS] });
const values = mixedValues(fc.constantFrom<Value>('red', 'blue', 'red blue', 'green', null), 1000);
const rows = fc.record({
  fno: fc.record(values),
  ce: fc.record(values),
  times: fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 51, max: 99 })),
  swap: fc.boolean(),
});

function context(id: string): Context {
  return { nowMs: 1_700_000_100_000, newRecord: recordId(id), neverSent: () => true };
}

function rowOf(system: SystemId, told: Readonly<Record<string, Value>>, seconds: number): MappedRow {
  const modifiedAtMs = 1_700_000_000_000 + seconds * 1000;
  const plain = { identity: '["a"]', unreadable: [], waitsFor: [] };
  return { system, key: keyOf(`${system}-1`), version: version('1'), values: new Map(Object.entries(told)), modifiedAtMs, ...plain };
}

function planned(record: RecordState | undefined, row: MappedRow, id: string): Plan {
  const plan = observe(record, row, table, context(id));
  if (!plan) throw new Error('a first row is always news');
  return plan;
}

function seen(record: RecordState | undefined, row: MappedRow, id: string): RecordState {
  return planned(record, row, id).record;
}

/** What is merged, and what waits. */
function outcome(record: RecordState): unknown {
  const registers = Object.entries(registersIn(record)).map(([name, register]) => [
    name,
    register.held ? 'held' : register.value,
    frontierIn(register)
      .map(({ system, value: told, stamp }) => JSON.stringify([system, told, stamp.ms]))
      .toSorted(byText),
  ]);
  return Object.fromEntries(registers.filter(([name]) => name !== '$life'));
}

test('two records that are folded come to what one record of both rows would have been, whichever goes on', () => {
  fc.assert(
    fc.property(rows, ({ fno, ce, times, swap }) => {
      const [one, other] = [rowOf(FNO, fno, times[swap ? 1 : 0]), rowOf(CE, ce, times[swap ? 0 : 1])];
      const matched = seen(seen(undefined, one, 'm'), other, 'm');
      const otherWay = seen(seen(undefined, other, 'm'), one, 'm');
      const birth = planned(undefined, one, 'a');
      const [a, b] = [birth.record, seen(undefined, other, 'b')];
      const [first, second] = [fold(a, b, [], table, context('x')), fold(b, a, [], table, context('x'))];
      expect(outcome(first.survivor.record)).toEqual(outcome(matched));
      expect(outcome(second.survivor.record)).toEqual(outcome(otherWay));
      const changes = [...birth.changes, ...first.survivor.changes];
      expect(verifyRecord(table, first.survivor.record, changes), 'its document tells the same').toEqual([]);
      expect(first.alias.record.relations).toEqual({ mergedInto: 'a' });
      expect(first.alias.unlinked).toEqual([{ system: CE, key: 'ce-1' }]);
      expect(first.survivor.linked).toEqual([{ system: CE, key: 'ce-1' }]);
    }),
    { numRuns: runs(100) },
  );
});

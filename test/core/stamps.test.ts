import { actorIdFrom, compareEdits, compareStamps, earliestOf, latestOf, opId, systemId, type Edit, type Stamp } from '@concord/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const stamps: fc.Arbitrary<Stamp> = fc.record({
  ms: fc.nat(3),
  count: fc.nat(2),
  system: fc.constantFrom('ce', 'fno', 'pos').map(systemId),
});
const edits: fc.Arbitrary<Edit> = fc
  .tuple(stamps, fc.integer({ min: 1, max: 99 }), fc.constantFrom('aa', 'bb'))
  .map(([stamp, counter, actor]) => ({
    op: opId(counter, actorIdFrom(actor)),
    system: stamp.system,
    value: counter,
    saw: 0,
    number: 1,
    stamp,
  }));

test('time decides, then the count, then the name of the system', () => {
  const at = (ms: number, count: number, system: string): Stamp => ({ ms, count, system: systemId(system) });
  const sorted = [at(2, 0, 'ce'), at(1, 1, 'ce'), at(1, 0, 'fno'), at(1, 0, 'ce')].toSorted(compareStamps);
  expect(sorted).toEqual([at(1, 0, 'ce'), at(1, 0, 'fno'), at(1, 1, 'ce'), at(2, 0, 'ce')]);
});

test('stamps are in one order: turned round it is turned round, and it can be chained', () => {
  fc.assert(
    fc.property(stamps, stamps, stamps, (a, b, c) => {
      expect(Math.sign(compareStamps(a, b))).toBe(0 - Math.sign(compareStamps(b, a)));
      expect(compareStamps(a, a)).toBe(0);
      if (compareStamps(a, b) <= 0 && compareStamps(b, c) <= 0) expect(compareStamps(a, c)).toBeLessThanOrEqual(0);
    }),
  );
});

test('only one and the same operation is neither before nor after', () => {
  fc.assert(
    fc.property(edits, edits, (a, b) => {
      if (a.op !== b.op) expect(compareEdits(a, b)).not.toBe(0);
    }),
  );
});

test('the first and the last edit do not depend on the order in which they are told', () => {
  const unique = fc.uniqueArray(edits, { minLength: 1, maxLength: 5, selector: ({ op }) => op });
  const told = unique.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })));
  fc.assert(
    fc.property(told, ([list, shuffled]) => {
      expect(latestOf(shuffled)).toBe(latestOf(list));
      expect(earliestOf(shuffled)).toBe(earliestOf(list));
    }),
  );
});

test('of no edits there is no last one', () => {
  expect(latestOf([])).toBeUndefined();
});

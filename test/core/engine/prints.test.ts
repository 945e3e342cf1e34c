import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openPrints } from '../../../packages/core/src/engine/prints.ts';
import { runs } from '../../kit/runs.ts';

const name = fc.oneof(fc.nat({ max: 60 }).map(String), fc.string({ maxLength: 12 }));
const step = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), name, value: fc.nat({ max: 0xff_ff_ff_ff }) }),
  fc.record({ kind: fc.constant('drop' as const), name }),
);

test('numbers under fingerprints are what they would be under the names themselves', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
      const [prints, names] = [openPrints(), new Map<string, number>()];
      for (const one of steps) {
        if (one.kind === 'put') {
          prints.put(one.name, one.value);
          names.set(one.name, one.value);
        } else expect(prints.drop(one.name)).toBe(names.delete(one.name));
        expect(prints.size).toBe(names.size);
      }
      for (const { name: asked } of steps) expect(prints.get(asked)).toBe(names.get(asked));
    }),
    { numRuns: runs(200) },
  );
});

test('of many names that are much alike none is taken for another', () => {
  const prints = openPrints();
  const nameOf = (index: number): string => `dataAreaId='abct',CustomerAccount='C-${String(index).padStart(6, '0')}'`;
  const all = Array.from({ length: 100_000 }, (_, index) => index);
  for (const index of all) prints.put(nameOf(index), index);
  for (const index of all) if (index % 3 === 0) prints.drop(nameOf(index));
  expect(prints.size).toBe(66_666);
  expect(all.filter((index) => prints.get(nameOf(index)) !== (index % 3 === 0 ? undefined : index))).toEqual([]);
  expect(prints.get(nameOf(100_000))).toBeUndefined();
});

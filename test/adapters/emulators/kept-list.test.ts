import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keptList } from '../../../packages/adapters/src/emulators/finops/kept-list.ts';
import type { Stored } from '../../../packages/adapters/src/emulators/finops/org.ts';
import { compileFilter, lowerBound } from '../../../packages/adapters/src/emulators/wire/filter.ts';
import { runs } from '../../kit/runs.ts';

interface Step {
  readonly key: number;
  /** Absent: the row is taken out. */
  readonly number: number | undefined;
}

const steps = fc.array(fc.record({ key: fc.nat(9), number: fc.option(fc.nat(5), { nil: undefined }) }), { maxLength: 30 });
const numberOf = ({ row }: Stored): number => Number(row['number']);
const orders = { 'of its own': undefined, 'by number': (a: Stored, b: Stored) => numberOf(a) - numberOf(b) };

function stored({ key, number }: Step, before: Stored | undefined, ordinal: number): Stored {
  return { key: `k${key}`, ordinal: before?.ordinal ?? ordinal, recId: key, recVersion: ordinal, row: { number: number ?? 0 } };
}

test.each(Object.entries(orders))(
  'a list that is kept, in the order %s, is what a search of the whole table would find',
  (_name, order) => {
    const belongs = (row: Stored): boolean => numberOf(row) !== 3;
    fc.assert(
      fc.property(steps, steps, (before, after) => {
        const table = new Map<string, Stored>();
        const run = (step: Step, ordinal: number): readonly [Stored | undefined, Stored | undefined] => {
          const old = table.get(`k${step.key}`);
          const now = step.number === undefined ? undefined : stored(step, old, ordinal);
          if (now) table.set(now.key, now);
          else table.delete(`k${step.key}`);
          return [now, old];
        };
        const found = (): readonly Stored[] =>
          [...table.values()].filter(belongs).toSorted((a, b) => order?.(a, b) || a.ordinal - b.ordinal);
        before.forEach(run);
        const list = keptList(found(), belongs, order);
        for (const [index, step] of after.entries()) {
          const [now, old] = run(step, before.length + index);
          if (now || old) list.follow(now, old);
          expect(list.rows).toEqual(found());
        }
      }),
      { numRuns: runs(100) },
    );
  },
);

test.each(['number ge 3', 'number gt 2 and other eq 1', "other eq 1 and (number ge 2 and text ne 'x')"])(
  'in the order of a column, all that a filter finds stands behind its lower bound: %s',
  (filter) => {
    const row = fc.record({ number: fc.option(fc.nat(6)), other: fc.nat(2), text: fc.constantFrom('x', 'y') });
    const readers = (path: string) => ({
      order: path === 'text' ? ('text' as const) : ('number' as const),
      read: (one: object) => ({ ...one })[path],
    });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 12 }), (rows) => {
        const sorted = rows.toSorted((a, b) => (a.number ?? -1) - (b.number ?? -1));
        const [compiled, bound] = [compileFilter(filter, readers), lowerBound(filter, 'number', readers)];
        const from = bound ? sorted.findIndex((one) => bound(one)) : -1;
        const behind = from < 0 ? [] : sorted.slice(from);
        expect(bound).toBeDefined();
        expect(compiled.kind === 'compiled' && behind.filter((one) => compiled.run(one))).toEqual(
          compiled.kind === 'compiled' && sorted.filter((one) => compiled.run(one)),
        );
      }),
      { numRuns: runs(100) },
    );
  },
);

test.each(['number le 3', 'number ge 3 or other eq 1', 'other ge 1', 'not number ge 3'])(
  'a filter without a lower bound of a column has none: %s',
  (filter) => {
    expect(lowerBound(filter, 'number', () => undefined)).toBeUndefined();
  },
);

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newRecordId } from '../../packages/server/src/record-ids.ts';
import { runs } from '../kit/runs.ts';

const YEAR_2100_MS = 4_102_444_800_000;

test('ids have one length, sort as bytes by the millisecond in which they were made, and are never the same', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: YEAR_2100_MS }), { minLength: 2, maxLength: 20 }), (times) => {
      const made = times.toSorted((a, b) => a - b).map((atMs) => ({ atMs, id: newRecordId(atMs) }));
      for (const { id } of made) expect(id).toMatch(/^[\w-]{21}$/);
      expect(new Set(made.map(({ id }) => id)).size).toBe(made.length);
      const bytes = made.toSorted((a, b) => Buffer.compare(Buffer.from(a.id), Buffer.from(b.id)));
      expect(bytes.map(({ atMs }) => atMs)).toEqual(made.map(({ atMs }) => atMs));
    }),
    { numRuns: runs(100) },
  );
});

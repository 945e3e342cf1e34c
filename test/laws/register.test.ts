import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { cases } from '../kit/register-cases.ts';
import { breachIn, histories, weathers } from '../kit/register-laws.ts';
import { LONG_MS, runs } from '../kit/runs.ts';

vi.setConfig({ testTimeout: LONG_MS });

describe.each(cases)('$name', (one) => {
  test.each(Object.entries(weathers).flatMap(([weather, weights]) => [2, 3, 4].map((systems) => [weather, systems, weights] as const)))(
    'L13 to L20 while %s, with %i systems',
    (_weather, systems, weights) => {
      fc.assert(
        fc.property(histories(one, systems, weights), (history) => {
          expect(breachIn(one, history)).toBeUndefined();
        }),
        { numRuns: runs(5) },
      );
    },
  );
});

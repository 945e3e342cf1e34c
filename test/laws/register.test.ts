import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { cases } from '../kit/register-cases.ts';
import { breachIn, histories, weathers } from '../kit/register-laws.ts';
import { breachInSteps, stepsOf } from '../kit/register-steps.ts';
import { LONG_MS, runs } from '../kit/runs.ts';

vi.setConfig({ testTimeout: LONG_MS });

describe.each(cases)('$name', (one) => {
  test.each([2, 3])('L15, L16 and L20 where edits cross, clocks differ and an answer is lost, with %i systems', (systems) => {
    fc.assert(
      fc.property(stepsOf(one, systems), (steps) => {
        expect(breachInSteps(one, steps, systems)).toBeUndefined();
      }),
      { numRuns: runs(20) },
    );
  });

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

import { isCanonical, policies, sameValue, type Conflict, type Made, type Value } from '@concord/core';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { answerOf, decide } from '../kit/decided.ts';
import { conflicts, samples, shuffled, strangeValues, type PolicySample } from '../kit/frontiers.ts';
import { madeOf } from '../kit/policies.ts';
import { LONG_MS, runs } from '../kit/runs.ts';

vi.setConfig({ testTimeout: LONG_MS });
/** Each law is tried for two, three and four systems: a hundred and more cases in all. */
const numRuns = runs(35);

function forAll(systems: number, { type, values }: PolicySample, law: (conflict: Conflict) => void, times = 1): void {
  fc.assert(
    fc.property(conflicts(type, values, systems), (conflict) => {
      law(conflict);
    }),
    { numRuns: times * numRuns },
  );
}

/** Everything that somebody set: what a policy that chooses may answer with. */
function known({ edits, base }: Conflict): readonly Value[] {
  return [...edits.map((edit) => edit.value), ...(base === undefined ? [] : [base])];
}

/** The same edits, all made on what stood. */
function onBase(conflict: Conflict): Conflict {
  return { ...conflict, edits: conflict.edits.map(({ on: _on, ...edit }) => edit) };
}

/** A decision, but for the numbers that edits bear in the order in which they were heard of. */
function toldOf(made: Made, conflict: Conflict): unknown {
  const decision = decide(made, conflict);
  return decision.kind === 'settled' ? { ...decision, losers: decision.losers.map(({ number: _number, ...edit }) => edit) } : decision;
}

test('every policy of the registry is held to these laws', () => {
  expect([...new Set(samples.map(([name]) => name))].toSorted()).toEqual(Object.keys(policies).toSorted());
});

describe.each(
  samples.map(
    ([name, sample]) =>
      [
        `${name}${sample.options === undefined ? '' : ` ${JSON.stringify(sample.options)}`} on ${sample.type === 'group' ? 'groups' : sample.type.kind}`,
        name,
        sample,
      ] as const,
  ),
)('%s', (_title, name, sample) => {
  const make = (): Made => madeOf(name, sample.options, { type: sample.type });
  const made = make();
  const { traits } = made;
  const isHeldTo = (value: Value): boolean =>
    Array.isArray(value) || sample.type === 'group' ? Array.isArray(value) || value === null : isCanonical(sample.type, value);

  describe.each([2, 3, 4])('of %i systems', (systems) => {
    test('the same edits, made ready anew, always come to the same', () => {
      forAll(systems, sample, (conflict) => {
        expect(answerOf(make(), structuredClone(conflict))).toEqual(answerOf(made, conflict));
      });
    });

    test('it does not matter which edit was heard of first', () => {
      const both = conflicts(sample.type, sample.values, systems).chain((conflict) => fc.tuple(fc.constant(conflict), shuffled(conflict)));
      fc.assert(
        fc.property(both, ([conflict, again]) => {
          expect(toldOf(made, again)).toEqual(toldOf(made, conflict));
        }),
        { numRuns },
      );
    });

    if (!traits.synthetic) {
      test('what stands is what somebody set, or what stood before', () => {
        forAll(systems, sample, (conflict) => {
          const resolution = answerOf(made, conflict);
          const value = resolution.kind === 'held' ? resolution.provisional : resolution.value;
          if (value !== undefined) expect(known(conflict).some((one) => sameValue(one, value))).toBe(true);
        });
      });
    }

    test('what stands, or is written meanwhile, is written as documents hold values of the type', () => {
      forAll(systems, sample, (conflict) => {
        const resolution = answerOf(made, conflict);
        const value = resolution.kind === 'held' ? (resolution.provisional ?? null) : resolution.value;
        expect(isHeldTo(value)).toBe(true);
      });
    });

    test('whatever the values are, it answers, and says by which rule and why', () => {
      forAll(systems, { ...sample, values: strangeValues }, (conflict) => {
        const { rule, reason } = answerOf(made, conflict);
        expect([name, 'agreed']).toContain(rule);
        expect(reason.trim()).not.toBe('');
      });
    });

    test('no edit goes missing: each value stands or is told as a loser, or all wait', () => {
      forAll(systems, sample, (conflict) => {
        const decision = decide(made, conflict);
        if (decision.kind !== 'settled' || traits.synthetic) return;
        const told = [decision.value, ...decision.losers.map((edit) => edit.value)];
        expect(conflict.edits.every((edit) => told.some((value) => sameValue(value, edit.value)))).toBe(true);
      });
    });

    // An echo is no edit, so it is nobody's part of a sum of parts.
    if (!traits.parts) {
      test('what was written everywhere, and is read back, stays', () => {
        forAll(systems, sample, (conflict) => {
          const decision = decide(made, conflict);
          const [edit] = conflict.edits;
          if (decision.kind !== 'settled' || !edit) return;
          const { value } = decision;
          const echo = { ...edit, value, on: value, saw: 2, number: 3 };
          expect(decide(made, { ...conflict, edits: [echo], base: value })).toMatchObject({ value });
        });
      });
    }
  });

  test(`an edit without a rival stands${traits.gate ? ', or the gate says what stands instead, and why' : ''}`, () => {
    forAll(
      1,
      sample,
      (conflict) => {
        const decision = decide(made, onBase(conflict));
        if (!traits.gate || decision.kind === 'agreed') expect(decision).toEqual({ kind: 'agreed', value: conflict.edits[0]?.value });
        else expect(decision.reason.trim()).not.toBe('');
        if (decision.kind === 'settled' && !traits.synthetic)
          expect(decision.losers.map(({ op }) => op)).toEqual(conflict.edits.map(({ op }) => op));
      },
      3,
    );
  });

  // Of a sum, equal counts are two sales, not one; a gate may turn both away.
  if (!traits.gate && !traits.additive) {
    test('edits that came to the same value are no conflict', () => {
      forAll(
        3,
        sample,
        (conflict) => {
          const value = conflict.edits[0]?.value ?? null;
          const alike = onBase({ ...conflict, edits: conflict.edits.map((edit) => ({ ...edit, value })) });
          expect(decide(made, alike)).toEqual({ kind: 'agreed', value });
        },
        3,
      );
    });
  }
});

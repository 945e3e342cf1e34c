import { decide, isCanonical, policies, sameValue, type Made, type Value, type View } from '@concord/core';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { repeated, samples, strangeValues, views, type PolicySample } from '../kit/frontiers.ts';
import { madeOf } from '../kit/policies.ts';
import { LONG_MS, runs } from '../kit/runs.ts';

vi.setConfig({ testTimeout: LONG_MS });
/** Each law is tried for two, three and four systems: a hundred and more cases in all. */
const numRuns = runs(35);

function forAll(systems: number, { type, values }: PolicySample, law: (view: View) => void, times = 1): void {
  fc.assert(
    fc.property(views(type, values, systems), (view) => {
      law(view);
    }),
    { numRuns: times * numRuns },
  );
}

/** Everything that somebody set: what a policy that chooses may answer with. */
function known({ frontier, base, first }: View): readonly Value[] {
  return [...frontier.map((edit) => edit.value), ...(base === undefined ? [] : [base]), ...(first ? [first.value] : [])];
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
  const { policy, traits } = made;
  const isHeldTo = (value: Value): boolean =>
    Array.isArray(value) || sample.type === 'group' ? Array.isArray(value) || value === null : isCanonical(sample.type, value);

  describe.each([2, 3, 4])('of %i systems', (systems) => {
    test('the same edits, made ready anew, always come to the same', () => {
      forAll(systems, sample, (view) => {
        expect(make().policy(structuredClone(view))).toEqual(policy(view));
      });
    });

    test('neither the order of the edits nor their repetition matters', () => {
      const both = views(sample.type, sample.values, systems).chain((view) => fc.tuple(fc.constant(view), repeated(view)));
      fc.assert(
        fc.property(both, ([view, again]) => {
          expect(policy(again)).toEqual(policy(view));
          expect(decide(made, again)).toEqual(decide(made, view));
        }),
        { numRuns },
      );
    });

    if (!traits.synthetic) {
      test('what stands is what somebody set, or what stood before', () => {
        forAll(systems, sample, (view) => {
          const resolution = policy(view);
          const value = resolution.kind === 'held' ? resolution.provisional : resolution.value;
          if (value !== undefined) expect(known(view).some((one) => sameValue(one, value))).toBe(true);
        });
      });
    }

    test('what stands, or is written meanwhile, is written as documents hold values of the type', () => {
      forAll(systems, sample, (view) => {
        const resolution = policy(view);
        const value = resolution.kind === 'held' ? (resolution.provisional ?? null) : resolution.value;
        expect(isHeldTo(value)).toBe(true);
        if (resolution.total !== undefined) expect(isHeldTo(resolution.total)).toBe(true);
      });
    });

    test('whatever the values are, it answers, and says by which rule and why', () => {
      forAll(systems, { ...sample, values: strangeValues }, (view) => {
        const { rule, reason } = policy(view);
        expect(rule).toBe(name);
        expect(reason.trim()).not.toBe('');
      });
    });

    test('no edit goes missing: each value stands or is told as a loser, or all wait', () => {
      forAll(systems, sample, (view) => {
        const decision = decide(made, view);
        if (decision.kind !== 'settled' || traits.synthetic) return;
        const told = [decision.value, ...decision.losers.map((edit) => edit.value)];
        expect(view.frontier.every((edit) => told.some((value) => sameValue(value, edit.value)))).toBe(true);
      });
    });

    // An echo is no edit, so it is nobody's part of a sum of parts.
    if (!traits.slots) {
      test('what was written everywhere, and is read back, stays', () => {
        forAll(systems, sample, (view) => {
          const decision = decide(made, view);
          const [edit] = view.frontier;
          if (decision.kind !== 'settled' || !edit) return;
          const { value } = decision;
          const echo = { ...edit, value, on: value, saw: 2, number: 3 };
          expect(decide(made, { ...view, frontier: [echo], base: value, beneath: value, first: echo })).toMatchObject({ value });
        });
      });
    }
  });

  test(`an edit without a rival stands${traits.gate ? ', or the gate says what stands instead, and why' : ''}`, () => {
    forAll(
      1,
      sample,
      (view) => {
        const decision = decide(made, view);
        if (!traits.gate || decision.kind === 'agreed') expect(decision).toEqual({ kind: 'agreed', value: view.frontier[0]?.value });
        else expect(decision.reason.trim()).not.toBe('');
        if (decision.kind === 'settled' && !traits.synthetic) expect(decision.losers).toEqual(view.frontier);
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
        (view) => {
          const value = view.frontier[0]?.value ?? null;
          const alike = { ...view, frontier: view.frontier.map((edit) => ({ ...edit, value })) };
          expect(decide(made, alike)).toEqual({ kind: 'agreed', value });
        },
        3,
      );
    });
  }
});

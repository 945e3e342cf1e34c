import { decide, isCanonical, policies, sameValue, type Made, type View } from '@concord/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { madeOf } from '../kit/policies.ts';
import { repeated, samples, strangeValues, views, type PolicySample } from '../kit/frontiers.ts';

function forAll(systems: number, { type, values }: PolicySample, law: (view: View) => void): void {
  fc.assert(
    fc.property(views(type, values, systems), (view) => {
      law(view);
    }),
    { numRuns: 120 },
  );
}

test('every policy of the registry is held to these laws', () => {
  expect([...new Set(samples.map(([name]) => name))].toSorted()).toEqual(Object.keys(policies).toSorted());
});

describe.each(
  samples.map(
    ([name, sample]) =>
      [`${name}${sample.options === undefined ? '' : ` ${JSON.stringify(sample.options)}`} on ${sample.type.kind}`, name, sample] as const,
  ),
)('%s', (_title, name, sample) => {
  const make = (): Made => madeOf(name, sample.options, { type: sample.type });
  const { policy, traits } = make();

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
          expect(decide({ policy, traits }, again)).toEqual(decide({ policy, traits }, view));
        }),
        { numRuns: 120 },
      );
    });

    if (!traits.synthetic) {
      test('what stands is what somebody set, or what stood before', () => {
        forAll(systems, sample, (view) => {
          const resolution = policy(view);
          if (resolution.kind === 'held') return;
          const known = [...view.frontier.map((edit) => edit.value), ...(view.base === undefined ? [] : [view.base])];
          expect(known.some((value) => sameValue(value, resolution.value))).toBe(true);
        });
      });
    }

    test('what stands is written as documents hold values of the type', () => {
      forAll(systems, sample, (view) => {
        const resolution = policy(view);
        if (resolution.kind === 'settled') expect(isCanonical(sample.type, resolution.value)).toBe(true);
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
        const decision = decide({ policy, traits }, view);
        if (decision.kind !== 'settled' || traits.synthetic) return;
        const told = [decision.value, ...decision.losers.map((edit) => edit.value)];
        expect(view.frontier.every((edit) => told.some((value) => sameValue(value, edit.value)))).toBe(true);
      });
    });
  });

  test(`an edit without a rival stands${traits.gate ? ', or the gate says what stands instead' : ''}`, () => {
    forAll(1, sample, (view) => {
      const decision = decide({ policy, traits }, view);
      if (!traits.gate || decision.kind === 'agreed') expect(decision).toEqual({ kind: 'agreed', value: view.frontier[0]?.value });
      else expect(decision).toMatchObject({ kind: 'settled', value: view.base, losers: view.frontier });
    });
  });

  // Of a sum, equal counts are two sales, not one; a gate may turn both away.
  if (!traits.gate && !traits.additive) {
    test('edits that came to the same value are no conflict', () => {
      forAll(3, sample, (view) => {
        const value = view.frontier[0]?.value ?? null;
        const alike = { ...view, frontier: view.frontier.map((edit) => ({ ...edit, value })) };
        expect(decide({ policy, traits }, alike)).toEqual({ kind: 'agreed', value });
      });
    });
  }
});

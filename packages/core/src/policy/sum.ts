import { z } from 'zod';
import { CONCORD, PERSON } from '../register/actors.ts';
import type { Question } from '../register/answer.ts';
import type { Kept } from '../register/register.ts';
import { isTuple, type Json, type Scalar, type Value } from '../values.ts';
import { held, settled } from './answers.ts';
import { definePolicy } from './kind.ts';
import { Exact } from './order.ts';
import type { Resolution, View } from './policy.ts';
import { amountOf, canonicalAmount } from './sums.ts';

/**
 * Each system tells a part, and the whole is what they come to: stock by warehouse. A system that is told the whole in the column that its
 * part is read from would add it again, so the two must be different columns.
 */
export const sum = definePolicy({
  name: 'sum',
  summary: 'Each system tells its part; the sum of all parts stands.',
  suits: ['integer', 'decimal'],
  traits: { gate: true, combines: true, synthetic: true, parts: true },
  options: z.undefined(),
  make: (_options, setting) => {
    for (const system of setting.loops ?? []) {
      const words = `The sum would be written to ${system} where its part is read, and be added again.`;
      setting.wrong([], words, `Let ${system} be "only: read", or give it a "write" column for the sum.`);
    }
    return (view) => {
      const parts = partsIn(view.question);
      const { frontier } = view;
      // A person cannot have a part: what they rule is the whole, until a system tells its part anew.
      const isRuled = Object.keys(parts).length === 0 || frontier.every(({ system }) => !hasPart(system));
      const resolution = isRuled ? settled('sum', frontier.at(-1)?.value ?? null, 'a person set it') : wholeOf(view, parts);
      return resolution.kind === 'settled' ? { ...resolution, kept: parts } : resolution;
    };
  },
});

/** By system, its part. */
type Parts = Readonly<Record<string, Scalar>>;

function wholeOf({ type }: View, parts: Parts): Resolution {
  const all = Object.entries(parts).toSorted(([a], [b]) => (a < b ? -1 : 1));
  if (all.every(([, part]) => part === null)) return settled('sum', null, 'no system tells a part');
  const total = all.reduce((rest, [, part]) => rest?.plus(amountOf(part) ?? Number.NaN), amountOf(0));
  if (!total || total.isNaN()) return held('sum', 'not every value is a number', 'C17');
  const told = all.map(([system, part]) => `${String(part ?? 0)} (${system})`).join(' + ');
  return settled('sum', canonicalAmount(type, new Exact(total)), told);
}

/** What each system told last; what is closed is kept by system. */
function partsIn({ stable, edits }: Question): Parts {
  const own = edits.map(({ edit: { author, adrift, kept }, value }) => {
    if (kept !== undefined) return keptParts(kept);
    return hasPart(author) && adrift === undefined ? { [author]: partIn(value) } : {};
  });
  return Object.assign({}, keptParts(stable?.kept), ...own);
}

function hasPart(system: string): boolean {
  return system !== PERSON && system !== CONCORD;
}

function keptParts(kept: Kept | undefined): Parts {
  if (typeof kept !== 'object' || kept === null || Array.isArray(kept)) return {};
  return Object.fromEntries(Object.entries(kept).flatMap(([system, part]) => (isScalar(part) ? [[system, part]] : [])));
}

function isScalar(part: Json): part is Scalar {
  return typeof part !== 'object' || part === null;
}

/** A part is one amount. */
function partIn(value: Value): Scalar {
  return isTuple(value) ? null : value;
}

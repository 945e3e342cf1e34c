import { diff3Merge } from 'node-diff3';
import { z } from 'zod';
import type { Value } from '../values.ts';
import { ask, through } from './answers.ts';
import { definePolicy } from './kind.ts';
import type { Resolution } from './policy.ts';
import { block, innerPolicy } from './spec.ts';
import { mergeVersions } from './versions.ts';

/** Longer texts are not merged but held. */
export const TEXT_CHARS_MAX = 65_536;

/**
 * The comparison walks over every pair of equal pieces, so a text that says one word a thousand times would stop everything else for
 * minutes. Texts that need more steps are held; so many take a few tenths of a second at the most.
 */
const STEPS_MAX = 400_000_000;

type Unit = 'words' | 'lines';

const units = z.enum(['words', 'lines']);
const options = z
  .union([
    units.transform((words) => ({ unit: words, fallback: undefined })),
    block({ unit: units.default('words'), fallback: innerPolicy.describe('Decides about the whole field where edits overlap.') }),
  ])
  .default({ unit: 'words', fallback: undefined })
  .describe(
    'What is merged as a whole, words (default) or lines; and `fallback`, which decides about the whole field where edits overlap.',
  );

/**
 * Three-way merge against the common base. Where the edits overlap the whole field waits for a person, or goes to another policy: half a
 * sentence is nobody's words.
 */
export const text = definePolicy({
  name: 'text',
  summary: 'Merges text three ways; overlapping edits wait for a person.',
  suits: ['text'],
  traits: { combines: true, synthetic: true },
  options,
  make: ({ unit: pieces, fallback }, setting) => {
    const rest = fallback === undefined ? undefined : setting.inner(fallback, ['fallback'], { weighs: 'edits' });
    return (view) => {
      const merged = mergeVersions(view, (base, sides) => merge(pieces, base, sides));
      return rest && merged.kind === 'held' ? through('text', ask(rest, view), merged.reason) : merged;
    };
  },
});

function merge(unit: Unit, before: Value | undefined, sides: readonly Value[]): Resolution {
  const texts = sides.map((value) => value ?? '');
  if (before === undefined) return held('there is no common text to compare with', 'C19');
  const base = before ?? '';
  if (typeof base !== 'string' || !texts.every((side) => typeof side === 'string')) return held('not every value is text', 'C17');
  if ([base, ...texts].some((side) => side.length > TEXT_CHARS_MAX)) return held(`longer than ${TEXT_CHARS_MAX} characters`, 'C17');
  return mergeAll(unit, base, texts);
}

function mergeAll(unit: Unit, base: string, texts: readonly string[]): Resolution {
  const common = piecesOf(unit, base);
  const [first = '', ...rest] = texts;
  let merged = piecesOf(unit, first);
  for (const next of rest.map((side) => piecesOf(unit, side))) {
    if (steps(common, merged) + steps(common, next) > STEPS_MAX)
      return held(`too long, and too alike within itself, to compare ${unit}`, 'C17');
    const regions = diff3Merge(merged, common, next);
    if (regions.some((region) => !region.ok)) return held(`the same ${unit}, or neighbours, were changed on both sides`);
    merged = regions.flatMap((region) => region.ok ?? []);
  }
  const whole = merged.join('').slice(0, -1);
  return { kind: 'settled', value: whole === '' ? null : whole, rule: 'text', reason: `the edits touched different ${unit}` };
}

/**
 * Words (or lines), each with the white space behind it. Blanks of their own would be the same piece over and over, and would let
 * "30 days" and its neighbour be changed apart. The blank put behind the last word makes it like any other; it is taken off at the end.
 */
export function piecesOf(unit: Unit, whole: string): string[] {
  return unit === 'words' ? (`${whole} `.match(/\S*\s+/gu) ?? []) : (`${whole}\n`.match(/[^\n]*\n/gu) ?? []);
}

/** The most steps that a comparison of two texts can take: pairs of equal pieces, times the pieces that each may be chained to. */
export function steps(a: readonly string[], b: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const piece of b) counts.set(piece, (counts.get(piece) ?? 0) + 1);
  const pairs = a.reduce((sum, piece) => sum + (counts.get(piece) ?? 0), 0);
  return pairs * Math.min(a.length, b.length);
}

function held(reason: string, code?: 'C17' | 'C19'): Resolution {
  return { kind: 'held', rule: 'text', reason, ...(code === undefined ? {} : { code }) };
}

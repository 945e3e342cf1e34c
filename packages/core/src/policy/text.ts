import { diff3Merge } from 'node-diff3';
import { z } from 'zod';
import { inOrder } from './edits.ts';
import { definePolicy } from './kind.ts';

/** Longer texts are not merged but held: three-way merging takes time with the square of the length. */
const TEXT_CHARS_MAX = 65_536;

const options = z
  .enum(['words', 'lines'])
  .default('words')
  .describe('What is merged as a whole: words (default) or lines.');

/** Three-way merge against the common base. Where the edits overlap the whole field waits for a person: half a sentence is nobody's words. */
export const text = definePolicy({
  name: 'text',
  summary: 'Merges text three ways; overlapping edits wait for a person.',
  traits: { synthetic: true },
  options,
  make: (unit) => (view) => {
    const texts = inOrder(view.frontier).map((edit) => edit.value ?? '');
    if (view.base === undefined) return { kind: 'held', rule: 'text', reason: 'there is no common text to compare with', code: 'C19' };
    const base = view.base ?? '';
    if (typeof base !== 'string' || !texts.every((side) => typeof side === 'string')) {
      return { kind: 'held', rule: 'text', reason: 'not every value is text', code: 'C17' };
    }
    if ([base, ...texts].some((side) => side.length > TEXT_CHARS_MAX)) {
      return { kind: 'held', rule: 'text', reason: `longer than ${TEXT_CHARS_MAX} characters`, code: 'C17' };
    }
    const merged = mergeAll(unit, base, texts);
    if (merged === undefined) return { kind: 'held', rule: 'text', reason: `the same ${unit} were changed on both sides` };
    return { kind: 'settled', value: merged === '' ? null : merged, rule: 'text', reason: `the edits touched different ${unit}` };
  },
});

function mergeAll(unit: 'words' | 'lines', base: string, texts: readonly string[]): string | undefined {
  const pieces = (text: string): string[] => text.split(unit === 'words' ? /(\s+)/ : /(\r?\n)/);
  const [first = '', ...rest] = texts;
  let merged = first;
  for (const next of rest) {
    const regions = diff3Merge(pieces(merged), pieces(base), pieces(next));
    if (regions.some((region) => !region.ok)) return undefined;
    merged = regions.flatMap((region) => region.ok ?? []).join('');
  }
  return merged;
}

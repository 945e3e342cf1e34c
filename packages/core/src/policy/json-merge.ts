import { z } from 'zod';
import type { Made, Setting } from './setting.ts';
import { innerPolicy } from './spec.ts';
import type { Outcome } from './spots.ts';

const PATHS_MAX = 200;

/** By place, its policy. */
export const paths = z
  .record(z.string().regex(/^(\/[^/]*)+$/u, 'Expected a JSON pointer, such as /price or /sizes/*'), innerPolicy)
  .refine((map) => Object.keys(map).length <= PATHS_MAX, `Expected ${PATHS_MAX} paths at the most`)
  .default({})
  .describe('By JSON pointer, in which * stands for any one name, its policy; the first that fits counts.');

/** The policies of places within a JSON value. */
export interface Rules {
  readonly at: readonly { readonly parts: readonly string[]; readonly policy: Made }[];
  readonly rest: Made;
}

export function rulesOf(setting: Setting, map: z.output<typeof paths>, then: z.output<typeof innerPolicy>): Rules {
  const inside = { weighs: 'edits', type: 'any' } as const;
  return {
    at: Object.entries(map).map(([path, words]) => ({ parts: partsOf(path), policy: setting.inner(words, ['paths', path], inside) })),
    rest: setting.inner(then, ['then'], inside),
  };
}

const TOLD_MAX = 3;

/** One place that waits holds the whole: half a value is nobody's. */
export function allHeld(open: readonly (Outcome & { readonly kind: 'held' })[]): Outcome {
  const code = open.find((outcome) => outcome.code !== undefined)?.code;
  const more = open.length > TOLD_MAX ? `; and ${open.length - TOLD_MAX} more` : '';
  const reason = `${open
    .slice(0, TOLD_MAX)
    .map((outcome) => outcome.reason)
    .join('; ')}${more}`;
  return { kind: 'held', reason, ...(code === undefined ? {} : { code }) };
}

export function partsOf(path: string): readonly string[] {
  return path.split('/').slice(1);
}

export function fits(pattern: readonly string[], parts: readonly string[]): boolean {
  return pattern.length === parts.length && pattern.every((part, index) => part === '*' || part === parts[index]);
}

import { z } from 'zod';

/** A policy as configured: its name in the registry and its options, checked by the policy's own schema when it is made. */
export interface PolicySpec {
  readonly name: string;
  readonly options: unknown;
}

/** A policy as it is written within another: its name, or its name with its options. */
export const innerPolicy = z.union([z.string(), z.record(z.string(), z.unknown())]).describe('Another policy.');

export type PolicyWords = z.output<typeof innerPolicy>;

/** What the words name; `undefined` when they are neither one name nor one name with its options. */
export function specOf(words: PolicyWords): PolicySpec | undefined {
  if (typeof words === 'string') return { name: words, options: undefined };
  const [first, ...more] = Object.entries(words);
  return first && more.length === 0 ? { name: first[0], options: first[1] } : undefined;
}

/** A block whose names are all known. An unknown one is reported with those that are, so that a near one can be suggested. */
export function block<Shape extends z.core.$ZodLooseShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape, { error: (issue) => (issue.code === 'unrecognized_keys' ? Object.keys(shape).join(', ') : undefined) });
}

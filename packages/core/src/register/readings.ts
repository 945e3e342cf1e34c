import type { Edit, Reading } from './register.ts';

/** More ways to read a log than this are not all tried together. */
const TOGETHER_MAX = 32;

/**
 * The ways to read a log in which some edits were perhaps made on something else: first the one that is known, then all others. Where these
 * are too many, each doubt is tried alone, and all at once.
 */
export function readingsOf(log: readonly Edit[]): readonly (readonly Edit[])[] {
  const doubts = log.flatMap((edit) => (edit.or && edit.or.length > 0 ? [{ edit, ways: edit.or.length + 1 }] : []));
  if (doubts.length === 0) return [log];
  const together = doubts.reduce((product, { ways }) => product * ways, 1);
  if (together <= TOGETHER_MAX) return log.reduce<readonly (readonly Edit[])[]>(withEach, [[]]);
  const single = doubts.flatMap(({ edit }) => waysOf(edit).map((way) => log.map((one) => (one === edit ? way : one))));
  return [log, ...single, log.map((edit) => waysOf(edit).at(-1) ?? edit)];
}

function withEach(read: readonly (readonly Edit[])[], edit: Edit): readonly (readonly Edit[])[] {
  return [edit, ...waysOf(edit)].flatMap((way) => read.map((before) => [...before, way]));
}

function waysOf(edit: Edit): readonly Edit[] {
  return (edit.or ?? []).map(({ saw, before }: Reading) => ({ ...edit, saw, before }));
}

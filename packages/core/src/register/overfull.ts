import { PERSON } from './actors.ts';
import type { Edit, Register } from './register.ts';

/** More open edits than this are not weighed: somebody edits faster than anything can be delivered. Nothing is written until a person rules. */
export const OPEN_MAX = 64;

/** What the history says of a register that waits because too many of its edits are open. */
export const OVERFULL = 'too-many-open';

/** Whether more edits are open than are weighed, without those that the last ruling is done with. */
export function isOverfull({ log }: Pick<Register, 'log'>): boolean {
  return log.length > OPEN_MAX && log.length - pastOf(rulingIn(log), log).length > OPEN_MAX;
}

/** What a ruling was made on is done with, where more edits are open than are weighed. */
export function ruledOff(log: readonly Edit[]): readonly Edit[] {
  if (log.length <= OPEN_MAX) return log;
  const over = new Set(pastOf(rulingIn(log), log));
  return log.filter((edit) => !over.has(edit));
}

function rulingIn(log: readonly Edit[]): Edit | undefined {
  return log.findLast(({ author }) => author === PERSON);
}

function pastOf(ruling: Edit | undefined, log: readonly Edit[]): readonly Edit[] {
  return ruling ? log.filter(({ number }) => number <= ruling.saw) : [];
}

import type { Question } from '../register/answer.ts';
import { frontierOf, sees, type Open } from '../register/open.ts';
import { isReset } from '../register/register.ts';
import { sameValue } from '../values.ts';
import { held } from './answers.ts';
import type { Resolution } from './policy.ts';
import { amountOf, type Amount } from './sums.ts';

/** A sum, and how it came about. */
export interface Sum {
  readonly sum: Amount;
  readonly reason: string;
}

/**
 * Whatever the latest reset says, else what was there; plus every change that no such reset has seen, each once.
 * `countedBy`: the system whose first count is believed where several differ.
 */
export function addedUp(rule: string, { stable, edits }: Question, countedBy?: string): Sum | Resolution {
  const resets = frontierOf(edits.filter(isReset));
  const counts = resets.filter(({ edit }) => edit.author === countedBy);
  const [start] = counts.length > 0 ? counts : resets;
  if (start && counts.length === 0 && resets.some(({ value }) => !sameValue(value, start.value)))
    return held(rule, 'each system began with a count of its own', 'C19');
  const kept = typeof stable?.kept === 'string' ? stable.kept : undefined;
  const from = amountOf(start ? start.value : (kept ?? stable?.value));
  const changes = edits.filter((open) => !isReset(open) && !resets.some((reset) => sees(reset, open)));
  const sum = changes.reduce((total, change) => total?.plus(addedBy(change) ?? Number.NaN), from);
  if (!sum || sum.isNaN()) return held(rule, 'not every value is a number', 'C17');
  return { sum, reason: [from?.toFixed() ?? '0', ...changes.map(told)].join(' ') };
}

/** What an edit added; exact; `undefined` when it is not about numbers. */
function addedBy({ value, before }: Open): Amount | undefined {
  const [to, from] = [amountOf(value), amountOf(before)];
  return to && from ? to.minus(from) : undefined;
}

function told(open: Open): string {
  const change = addedBy(open);
  return `${change?.isNegative() ? '-' : '+'} ${change?.abs().toFixed() ?? '?'} (${open.edit.author})`;
}

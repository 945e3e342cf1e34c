import type { Question } from '../register/answer.ts';
import { frontierOf, sees, type Open } from '../register/open.ts';
import { isReset } from '../register/register.ts';
import { sameValue, type Value } from '../values.ts';
import { held } from './answers.ts';
import type { Resolution } from './policy.ts';
import { amountOf, type Amount } from './sums.ts';

/** A sum, and how it came about: from what, by which changes. */
export interface Sum {
  readonly from: Amount;
  readonly changes: readonly Open[];
  readonly sum: Amount;
  readonly reason: string;
}

/**
 * Whatever the latest reset says, else what was there; plus every change that no such reset has seen, each once.
 * `countedBy`: the system whose first count is believed where several differ.
 */
export function addedUp(rule: string, { stable, edits }: Question, countedBy?: string): Sum | Resolution {
  const resets = frontierOf(edits.filter((open) => isFirstCount(open, stable)));
  const counts = resets.filter(({ edit }) => edit.author === countedBy);
  const [start] = counts.length > 0 ? counts : resets;
  if (start && counts.length === 0 && resets.some(({ value }) => !sameValue(value, start.value)))
    return held(rule, 'each system began with a count of its own', 'C19');
  const kept = typeof stable?.kept === 'string' ? stable.kept : undefined;
  const from = amountOf(start ? toldBy(start) : (kept ?? stable?.value));
  const changes = edits.filter((open) => !isFirstCount(open, stable) && !resets.some((reset) => sees(reset, open)));
  const sum = changes.reduce((total, change) => total?.plus(addedBy(change) ?? Number.NaN), from);
  if (!from || !sum || sum.isNaN()) return held(rule, 'not every value is a number', 'C17');
  return { sum, from, changes, reason: [from.toFixed(), ...changes.map(told)].join(' ') };
}

/** Who fills what nobody has ever counted says what is there, like a first value. */
function isFirstCount({ edit, before, past }: Open, stable: Question['stable']): boolean {
  return isReset(edit) || (before === null && edit.saw === 0 && past === 0n && stable === undefined);
}

/** What an edit added; exact; `undefined` when it is not about numbers. */
export function addedBy(open: Open): Amount | undefined {
  const [to, from] = [amountOf(toldBy(open)), amountOf(open.before)];
  return to && from ? to.minus(from) : undefined;
}

/** What is closed and became an edit again goes on beyond its bounds. */
function toldBy({ edit: { kept }, value }: Open): Value {
  return typeof kept === 'string' ? kept : value;
}

function told(open: Open): string {
  const change = addedBy(open);
  return `${change?.isNegative() ? '-' : '+'} ${change?.abs().toFixed() ?? '?'} (${open.edit.author})`;
}

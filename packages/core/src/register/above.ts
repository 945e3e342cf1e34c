import { compareStamps, type Stamp } from '../clock/stamp.ts';
import { sameValue } from '../values.ts';
import { isHeld, type Answer, type Question } from './answer.ts';
import { isChange, type Open } from './open.ts';
import type { Stable } from './register.ts';

/**
 * The same question about fewer edits: what every other edit has in its past, and is not held, counts as agreed on, as if it were closed. So
 * closing cannot change the answer of a policy that weighs every edit, also where a condition, a calendar or a direction says which policy decides.
 */
export function above(question: Question): Question {
  const { edits, at, stable } = question;
  const inOrder = edits.toSorted((a, b) => (a.bit < b.bit ? -1 : 1));
  for (let length = inOrder.length - 1; length > 0; length -= 1) {
    const behind = inOrder.slice(0, length);
    const bits = behind.reduce((all, { bit }) => all | bit, 0n);
    if (!inOrder.slice(length).every(({ past }) => (past & bits) === bits)) continue;
    const answer = at(behind.reduce((all, { past }) => all | past, bits));
    const next = isHeld(answer) ? undefined : stableOf(answer, behind, stable);
    if (next) return { ...question, stable: next, edits: edits.filter(({ bit }) => (bits & bit) === 0n) };
  }
  return question;
}

/** The same question about these edits of the frontier, and what they are made on. */
export function narrowed(question: Question, frontier: readonly Open[]): Question {
  const has = frontier.reduce((all, { past, bit }) => all | past | bit, 0n);
  return above({ ...question, frontier, edits: question.edits.filter(({ bit }) => (has & bit) !== 0n) });
}

/** An answer as what everybody has seen: of whom the value is that stands, and the greatest of the stamps. `opens`: what it is an answer about. */
export function stableOf(answer: Answer, opens: readonly Open[], stable: Stable | undefined): Stable | undefined {
  const { value, kept } = answer;
  const stamp = greatest([...opens.filter(isChange), ...(stable ? [stable] : [])]);
  const { op, author, by } = standing(answer)?.edit ?? stable ?? opens[0]?.edit ?? {};
  if (value === undefined || op === undefined || author === undefined || !stamp) return undefined;
  const number = opens.at(-1)?.edit.number ?? 0;
  return { value, ...(kept === undefined ? {} : { kept }), number, op, author, stamp, ...(by === undefined ? {} : { by }) };
}

/** The edit that stands for an answer: the latest that says it, else the latest. */
function standing({ frontier, value }: Answer): Open | undefined {
  return frontier.findLast((open) => sameValue(open.value, value)) ?? frontier.at(-1);
}

function greatest(told: readonly { readonly stamp: Stamp }[]): Stamp | undefined {
  return told.reduce<Stamp | undefined>((most, { stamp }) => (most && compareStamps(most, stamp) >= 0 ? most : stamp), undefined);
}

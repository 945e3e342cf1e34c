import type { Attempt, Link } from '../record/record.ts';
import type { Draft } from './draft.ts';

const NONE: readonly Attempt[] = [];

/** What was surely not sent cannot come back: a user who sets the same value makes an edit of their own. */
export function perhapsSent(draft: Draft, { unconfirmed, planned }: Link): readonly Attempt[] {
  if (!unconfirmed && !planned) return NONE;
  return [...(unconfirmed ?? []), ...(planned ? [planned] : [])].filter(({ id }) => !draft.context.neverSent(id));
}

/** The merged values of a register, by number, that are perhaps on their way to a system, which will then have seen them. */
export function numbersSent(draft: Draft, register: string): readonly number[] {
  const numbers: number[] = [];
  for (const system in draft.links) {
    const link = draft.links[system];
    if (!link) continue;
    for (const { registers } of perhapsSent(draft, link)) {
      const carried = registers[register];
      if (carried) numbers.push(carried.saw);
    }
  }
  return numbers;
}

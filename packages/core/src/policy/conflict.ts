import { opId, systemId } from '../ids.ts';
import type { Edit } from '../record/record.ts';
import { actorOf, CONCORD, PERSON } from '../register/actors.ts';
import { questionOf, type Question } from '../register/answer.ts';
import { compareOpen, isChange, openEdits } from '../register/open.ts';
import type { Edit as OpenEdit, Register } from '../register/register.ts';
import type { View } from './policy.ts';
import { viewOf } from './register-policy.ts';

/** Edits of which nobody knew of another, all made on one value; `base` absent: they are first values. */
export interface Conflict extends Pick<View, 'type' | 'base' | 'fields'> {
  readonly edits: readonly Edit[];
}

/** The register in which it came about. */
export function registerOf({ edits, base }: Conflict): Pick<Register, 'stable' | 'log' | 'count'> {
  const author = CONCORD;
  const stamp = { ms: 0, count: 0, system: systemId('') };
  const stable = base === undefined ? undefined : { value: base, number: 1, op: opId(0, actorOf(author)), author, stamp };
  const log = edits.map(({ op, system, value, on, stamp: at, by }, index): OpenEdit => {
    // A person says what is there, whatever was before.
    const before = system === PERSON ? undefined : (on ?? base);
    const seen = { ...(before === undefined ? {} : { before }), ...(by === undefined ? {} : { by }) };
    return { op, author: system, value, saw: stable ? 1 : 0, number: index + 2, stamp: at, ...seen };
  });
  return { ...(stable ? { stable } : {}), log, count: log.length + 1 };
}

/** What a policy sees of it; `undefined`: nobody changed anything. */
export function viewOfConflict(conflict: Conflict): View | undefined {
  const { stable, log } = registerOf(conflict);
  const edits = openEdits(log, stable).filter(isChange).toSorted(compareOpen);
  const at: Question['at'] = () => ({ value: stable?.value, frontier: [] });
  return edits.length === 0 ? undefined : viewOf(questionOf(edits, stable, at), conflict);
}

import type { Decision } from '../merge/decision.ts';
import type { ChangeRow, ResolutionTold } from '../ports/plan.ts';
import { CONCORD } from '../register/actors.ts';

/** Edits that entered a record together, and all that was decided of them. */
export interface Moment {
  /** The change that brought the edits. */
  readonly change: ChangeRow;
  /** The changes of Concord's own that it led to. */
  readonly answers: readonly ChangeRow[];
  readonly resolutions: readonly ResolutionTold[];
}

/** A change of Concord's own belongs to the change before it: it writes down what that one led to. */
export async function* momentsOf(changes: AsyncIterable<ChangeRow> | Iterable<ChangeRow>): AsyncGenerator<Moment> {
  let open: Moment | undefined;
  for await (const change of changes) {
    if (change.system === CONCORD && open) {
      open = { ...open, answers: [...open.answers, change], resolutions: [...open.resolutions, ...change.resolutions] };
      continue;
    }
    if (open) yield open;
    open = { change, answers: [], resolutions: change.resolutions };
  }
  if (open) yield open;
}

/** That something waits for a reason outside the record is taken as told: no edit of the record would tell it. */
export function heldAsTold({ rule, reason, code }: ResolutionTold): Extract<Decision, { kind: 'held' }> {
  return { kind: 'held', rule, reason, code };
}

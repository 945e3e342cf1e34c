import type { Table } from '../map/compile.ts';
import type { Plan } from '../ports/plan.ts';
import { CONCORD } from '../register/actors.ts';
import { LIFE, type RecordState } from '../record/record.ts';
import { valueIn } from '../record/registers.ts';
import type { Value } from '../values.ts';
import type { Context } from './draft.ts';
import { resolve } from './resolve.ts';

/** Who does not believe what was seen, and why. */
export interface Disbelief {
  readonly by: string;
  readonly note: string;
}

/**
 * A plan that takes what was seen into the history, and in the same breath puts back what stood before: nothing of it is written elsewhere.
 * `only`: the registers that are not believed; absent: none is.
 */
export function undo(
  record: RecordState,
  plan: Plan,
  { by, note }: Disbelief,
  table: Table,
  context: Context,
  only?: ReadonlySet<string>,
): Plan {
  let whole = plan;
  for (const register of editedIn(plan).filter((name) => only?.has(name) ?? true)) {
    const value = before(record, register);
    if (value === undefined) continue;
    whole = followedBy(whole, context, (now, around) => resolve(now, { register, value, by, note }, table, around));
  }
  return whole;
}

/** A plan, and what is planned on top of it, as one. */
export function followedBy(plan: Plan, context: Context, next: (record: RecordState, context: Context) => Plan | undefined): Plan {
  // A plan that was never committed was never sent.
  const neverSent: Context['neverSent'] = (id) => isPlannedIn(plan, id) || context.neverSent(id);
  const from = { ...plan.record, revision: plan.record.revision - 1 };
  const second = next(from, { ...context, neverSent });
  return second ? after(plan, second) : plan;
}

function editedIn({ changes }: Plan): readonly string[] {
  const edits = changes.filter(({ system }) => system !== CONCORD).flatMap((change) => change.edits);
  return [...new Set(edits.map(({ register }) => register))];
}

function before(record: RecordState, register: string): Value | undefined {
  return register === LIFE ? 'live' : valueIn(record, register);
}

function isPlannedIn({ deliveries }: Plan, id: string): boolean {
  return [...deliveries.values()].some((row) => row?.id === id);
}

/** Two plans of one record as one. */
function after(first: Plan, second: Plan): Plan {
  const replaced = new Set(second.conflicts.map(({ id }) => id));
  return {
    ...second,
    changes: [...first.changes, ...second.changes],
    conflicts: [...first.conflicts.filter(({ id }) => !replaced.has(id)), ...second.conflicts],
    deliveries: new Map([...first.deliveries, ...second.deliveries]),
    linked: [...first.linked, ...second.linked],
    unlinked: [...first.unlinked, ...second.unlinked],
    failures: [...first.failures, ...second.failures],
  };
}

import type { SystemId } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import type { Plan } from '../ports/plan.ts';
import type { ConflictCode } from '../register/code.ts';
import { LIFE, type RecordState } from '../record/record.ts';
import { registerIn } from '../record/registers.ts';
import { enter } from './absorb.ts';
import { planDeliveries } from './deliveries.ts';
import { draftOf, planOf, type Context } from './draft.ts';
import { holdRegister, judgeAgain } from './judge.ts';
import { lifeSeenBy } from './life.ts';

/** What kept registers waiting may be gone: they are decided again. `undefined`: they wait on. */
export function reconsider(record: RecordState, names: readonly string[], table: Table, context: Context): Plan | undefined {
  const held = names.filter((name) => registerIn(record, name)?.held !== undefined);
  if (held.length === 0) return undefined;
  const draft = draftOf(record, table, context);
  if (!judgeAgain(draft, held)) return undefined;
  planDeliveries(draft);
  return planOf(draft);
}

/** Another record makes this one's registers wait for a person. `undefined`: they do already. */
export function holdFor(
  record: RecordState,
  names: readonly string[],
  why: { readonly code: ConflictCode; readonly rule: string; readonly reason: string },
  table: Table,
  context: Context,
): Plan | undefined {
  const open = names.filter((name) => {
    const register = registerIn(record, name);
    return register !== undefined && register.held === undefined;
  });
  if (open.length === 0) return undefined;
  const draft = draftOf(record, table, context);
  for (const name of open) holdRegister(draft, name, why);
  planDeliveries(draft);
  return planOf(draft);
}

/** Whoever deleted the record above deleted this one with it: an edit of theirs, on what they had seen of it. */
export function deleteWith(record: RecordState, system: SystemId, table: Table, context: Context): Plan | undefined {
  const life = registerIn(record, LIFE);
  if (!life || life.held || life.value === 'deleted') return undefined;
  const shadow = lifeSeenBy(life, system);
  if (shadow.value === 'deleted') return undefined;
  const draft = draftOf(record, table, context);
  enter(draft, [{ name: LIFE, value: 'deleted', shadow }], { system });
  planDeliveries(draft);
  return planOf(draft);
}

import { conflictId } from '../ids.ts';
import { fieldsOf } from '../map/compile.ts';
import type { ConflictRow, ResolutionTold } from '../ports/plan.ts';
import { PERSON } from '../register/actors.ts';
import type { Held } from '../record/record.ts';
import type { Draft } from './draft.ts';
import { frontierIn } from './frontier.ts';
import type { JudgedTold } from './judge.ts';
import { tellAgreement } from './told.ts';
import { must } from '../errors/must.ts';

/** The conflict of a register that waits for a person: the one that is open already, or a new one, opened by the change with this number. */
export function openConflict(draft: Draft, { name, register, decision, told }: JudgedTold, seq: number): Held {
  const resolution = must(told, 'a held decision is told');
  const opened = register.held ?? { id: conflictId(draft.record.id, name, seq), seq, atMs: draft.context.nowMs, code: resolution.code };
  const { provisional: _provisional, ...held } = { ...opened, code: decision.kind === 'held' ? decision.code : opened.code };
  draft.conflicts.push(conflictOf(draft, name, held, resolution, 'held'));
  return held;
}

/** A conflict that was open is closed; one that a rule settled at once is kept as well, so that every loser can be found. */
export function closeConflict(draft: Draft, { name, register, decision, told }: JudgedTold, seq: number): void {
  if (decision.kind === 'held') return;
  const now = { closedSeq: seq, closedAtMs: draft.context.nowMs };
  if (register.held) {
    const byPerson = frontierIn(register).some((edit) => edit.system === PERSON);
    const resolution = told ?? tellAgreement(name, register, decision.value);
    draft.conflicts.push({ ...conflictOf(draft, name, register.held, resolution, byPerson ? 'resolved' : 'settled'), ...now });
    return;
  }
  // What merely follows from other fields took nothing from anybody.
  if (!told || decision.kind !== 'settled' || decision.code === 'C02') return;
  const opened = { id: conflictId(draft.record.id, name, seq), seq, atMs: draft.context.nowMs };
  draft.conflicts.push({ ...conflictOf(draft, name, opened, told, 'settled'), ...now });
}

function conflictOf(
  draft: Draft,
  register: string,
  opened: Pick<Held, 'id' | 'seq' | 'atMs'>,
  resolution: ResolutionTold,
  state: ConflictRow['state'],
): ConflictRow {
  const { id: record, entity } = draft.record;
  const fields = fieldsOf(draft.table, register);
  const { id, seq: openedSeq, atMs: openedAtMs } = opened;
  return { id, record, entity, register, fields, code: resolution.code, state, resolution, openedSeq, openedAtMs };
}

import type { Table } from '../map/compile.ts';
import type { ConflictRow, Plan, ResolutionTold } from '../ports/plan.ts';
import { copyOfRegister } from '../record/copies.ts';
import type { RecordState } from '../record/record.ts';
import { registerIn } from '../record/registers.ts';
import { planDeliveries } from './deliveries.ts';
import { draftOf, planOf, putRegister, type Context } from './draft.ts';
import { holdRegister } from './judge.ts';
import { must } from '../errors/must.ts';

/** What the history says of a register that waits because somebody opened its conflict again. */
export const REOPENED = 'reopened';

/**
 * A person wants a closed conflict decided again: its register waits, and what stands, stands meanwhile. An edit of it that comes before the
 * ruling is decided as ever, and closes it. The sides that it once had can be chosen again. `undefined`: the register waits already, for this
 * conflict or for another.
 */
export function reopen(record: RecordState, conflict: ConflictRow, by: string, table: Table, context: Context): Plan | undefined {
  const { id, register: name, code, openedSeq: seq, openedAtMs: atMs } = conflict;
  const before = must(registerIn(record, name), 'a register of which there was a conflict exists');
  if (before.held) return undefined;
  const draft = draftOf(record, table, context);
  const waiting = copyOfRegister(before);
  waiting.held = { id, seq, atMs, code };
  putRegister(draft, name, waiting);
  holdRegister(draft, name, { rule: REOPENED, reason: `${by} wants it decided again`, code });
  const opened = must(draft.conflicts.pop(), 'what is to wait has a conflict');
  draft.conflicts.push({ ...opened, resolution: withSidesOf(opened.resolution, conflict.resolution) });
  planDeliveries(draft);
  return planOf(draft);
}

/** What stands comes first: once it was decided, that is the only edit left in the frontier. */
function withSidesOf(now: ResolutionTold, before: ResolutionTold): ResolutionTold {
  const gone = before.contributors.filter(({ system }) => !now.contributors.some((one) => one.system === system));
  return { ...now, contributors: [...now.contributors, ...gone] };
}

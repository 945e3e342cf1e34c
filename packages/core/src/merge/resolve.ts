import { fieldsOf, type Table } from '../map/compile.ts';
import type { Plan } from '../ports/plan.ts';
import { PERSON } from '../register/actors.ts';
import type { RecordState } from '../record/record.ts';
import type { Value } from '../values.ts';
import { tellEdit } from './absorb.ts';
import { planDeliveries } from './deliveries.ts';
import { draftOf, planOf, putRegister, registerOf, write, type Context } from './draft.ts';
import { admit, frontierIn } from './frontier.ts';
import { judge } from './judge.ts';
import { must } from '../errors/must.ts';

/** What a person decided about one register. */
export interface Ruling {
  readonly register: string;
  readonly value: Value;
  /** Who decided, in the words of the caller. */
  readonly by: string;
  readonly note?: string;
}

/** A person decided, overrode or restored: an edit like any other, by an author who has seen everything. */
export function resolve(record: RecordState, ruling: Ruling, table: Table, context: Context): Plan {
  const draft = draftOf(record, table, context);
  const { register: name, value, by, note } = ruling;
  const before = registerOf(draft, name);
  const stamp = { ms: context.nowMs, count: 0, system: PERSON };
  const writing = { author: PERSON, stamp, deps: record.heads, by, note };
  const [op] = write(draft, writing, [{ fields: fieldsOf(table, name), value, pred: before.ops }]);
  const seq = draft.record.seq;
  const incoming = { op: must(op, 'one register, one operation'), system: PERSON, value, atMs: context.nowMs, by, perhapsSeen: 0 };
  const ruled = admit(before, incoming);
  putRegister(draft, name, ruled);
  tellEdit(draft, seq, name, before, ruled);
  judge(draft, [name], seq, { [name]: frontierIn(before) });
  planDeliveries(draft);
  return planOf(draft);
}

import type { RecordId } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import type { RecordState } from '../record/record.ts';
import { digestOf, planFor, revisionsFrom, revisionsOf, type Revision } from '../lab/apply.ts';
import { momentsOf, type Moment } from '../lab/moments.ts';
import { changesOf } from '../lab/pages.ts';
import type { Intake } from './intake.ts';
import type { Parts } from './parts.ts';
import { must } from '../errors/must.ts';

/** Values of one record that somebody reviewed, and wants to stand. */
export interface RevisingAsk {
  readonly record: RecordId;
  /** With the policies that they come from. */
  readonly other: Table;
  /** The name of the revisions of this record, as they were reviewed. */
  readonly reviewed: string;
  readonly by: string;
  readonly note: string;
}

/** `moved`: the record would come to something else by now, so nothing of it was changed. */
export type RevisingAnswer = 'revised' | 'moved';

/** Carries out what was reviewed of one record: in its lane, where nothing can move it between the look and the last change. */
export async function revise(
  parts: Parts,
  intake: Intake,
  { record: id, other, reviewed, by, note }: RevisingAsk,
): Promise<RevisingAnswer> {
  return parts.lanes.run(id, async () => {
    const record = must(await parts.ledger.record(id), 'a reviewed record exists');
    const table = must(parts.tables.get(record.entity), 'a record has a table map');
    const revisions = await revisionsIn(parts, other, record);
    if (digestOf(id, revisions) !== reviewed) return 'moved';
    for (const revision of revisions) await intake.persist(id, (now, context) => planFor(now, revision, table, { by, note, context }));
    return 'revised';
  });
}

/** A player cannot be broken off and begun again: where a decision may be, everything that it plays is read before. */
async function revisionsIn({ ledger, deciding }: Parts, other: Table, record: RecordState): Promise<readonly Revision[]> {
  if (!deciding) return revisionsOf(ledger, other, record);
  const moments: Moment[] = [];
  for await (const moment of momentsOf(changesOf(ledger, record.id))) moments.push(moment);
  return deciding(() => revisionsFrom(moments, other, record));
}

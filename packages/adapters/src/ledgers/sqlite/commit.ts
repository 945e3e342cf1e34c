import {
  encodeRecord,
  encodeStep,
  type Commit,
  type DeliveryRow,
  type Plan,
  type PlanAnswer,
  type RecordId,
  type RecordState,
  type SystemId,
} from '@concord/core';
import type { Database } from 'better-sqlite3';
import Sqlite from '../../shared/sqlite.ts';
import { changeText, prepareAppend, type ChangeText } from './history.ts';
import type { Entry, Journal } from './journal.ts';
import type { NewsBoard } from './news.ts';
import { prepareConflict, prepareHolder, prepareLinks, prepareMarks, prepareNotes, prepareState } from './puts.ts';
import { prepareQueue } from './queue.ts';
import type { Kept, Records } from './records.ts';
import { sumOf } from './sums.ts';
import type { WriteBack } from './write-back.ts';

/**
 * The way in: takes a batch of plans in one transaction.
 *
 * Every statement here runs for each edit that Concord ever sees. A new record goes into its tables at once; what happens to it later goes
 * into the journal, once for each transaction, and from there into the tables when there is more of it.
 */
export function prepareCommit(
  db: Database,
  records: Records,
  journal: Journal,
  writeBack: WriteBack,
  news: Pick<NewsBoard, 'add'>,
): (commit: Commit) => readonly PlanAnswer[] {
  const takePlan = preparePlan(db, records);
  const finish = prepareFinish(db, journal);
  const putNotes = prepareNotes(db);

  const all = db.transaction((commit: Commit, batch: Batch) => {
    const written = writeBack.surplus();
    const answers = commit.plans.map((plan) => takePlan(plan, batch));
    const finished = finish(batch);
    const taken = commit.plans.filter((_plan, index) => answers[index]?.kind === 'committed');
    putNotes(commit, taken);
    news.add(taken);
    return { answers, written, finished };
  });
  return (commit) => {
    const batch: Batch = new Map();
    const { answers, written, finished } = all(commit, batch);
    // Only what is on the disk may be remembered.
    written.apply();
    for (const { number, before, state, chars } of batch.values()) if (!before) records.keep({ number, state, chars });
    finished.entries.forEach((entry, index) => {
      const touched = finished.touched[index];
      if (touched) records.follow(finished.number, touched.state, entry, touched.chars);
    });
    return answers;
  };
}

/** What the plans of one transaction did to a record. */
interface Touched {
  readonly number: number;
  /** As it was before the transaction; absent for one that was made in it. */
  readonly before: RecordState | undefined;
  /** As the plans so far left it. */
  state: RecordState;
  /** As it was before the latest plan. */
  earlier: RecordState | undefined;
  /** So long is its text in the table, about. */
  chars: number;
  readonly changes: ChangeText[];
  readonly queued: Map<SystemId, DeliveryRow | undefined>;
}

type Batch = Map<RecordId, Touched>;

function preparePlan(db: Database, records: Records): (plan: Plan, batch: Batch) => PlanAnswer {
  const holderOf = prepareHolder(db);
  const takeRecord = prepareRecord(db, records);
  const [putLinks, putConflict, putMarks] = [prepareLinks(db), prepareConflict(db), prepareMarks(db)];
  return (plan, batch) => {
    const by = plan.linked.length === 0 ? undefined : holderOf(plan);
    if (by !== undefined) return { kind: 'taken', by };
    const touched = takeRecord(plan, batch);
    if ('kind' in touched) return touched;
    putMarks(plan.record, touched.earlier);
    follow(touched, plan);
    putLinks(plan);
    for (const conflict of plan.conflicts) putConflict(conflict);
    return { kind: 'committed' };
  };
}

function follow(touched: Touched, { record, changes, deliveries }: Plan): void {
  for (const change of changes) {
    const last = touched.changes.at(-1)?.seq ?? touched.before?.seq ?? 0;
    if (change.seq <= last) throw new Error(`Broken promise: change ${change.seq} of record ${record.id} does not come after ${last}.`);
    touched.changes.push(changeText(change));
  }
  for (const [system, row] of deliveries) touched.queued.set(system, row);
  touched.state = record;
}

function prepareRecord(db: Database, records: Records): (plan: Plan, batch: Batch) => Touched | PlanAnswer {
  type Insert = [id: string, entity: string, identity: string | null, revision: number, state: string, sum: number];
  const insert = db.prepare<Insert>(
    'INSERT INTO records (id, entity, identity, revision, state, sum) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING',
  );
  const rename = db.prepare<[string | null, string]>('UPDATE records SET identity = ? WHERE id = ?');
  const identified = db.prepare<[string, string | null], RecordId>('SELECT id FROM records WHERE entity = ? AND identity = ?').pluck();

  const make = ({ record }: Plan): Touched | undefined => {
    const text = encodeRecord(record);
    const { id, entity, identity = null, revision } = record;
    const made = insert.run(id, entity, identity, revision, text, sumOf(id, entity, revision, text));
    if (made.changes !== 1) return undefined;
    const number = Number(made.lastInsertRowid);
    return { number, before: undefined, state: record, earlier: undefined, chars: text.length, changes: [], queued: new Map() };
  };
  const take = (plan: Plan, batch: Batch): Touched | undefined => {
    const { id, revision, identity = null } = plan.record;
    if (revision === 1) return make(plan);
    const touched = batch.get(id) ?? touchedOf(records.get(id));
    if (touched?.state.revision !== revision - 1) return undefined;
    // An identity hardly ever changes, and setting it rewrites its index.
    if ((touched.state.identity ?? null) !== identity) rename.run(identity, id);
    touched.earlier = touched.state;
    return touched;
  };
  return (plan, batch) => {
    try {
      const touched = take(plan, batch);
      if (!touched) return { kind: 'moved' };
      batch.set(plan.record.id, touched);
      return touched;
    } catch (thrown) {
      // Only the refused statement is undone by SQLite; the transaction, and with it the other plans, go on.
      if (!(thrown instanceof Sqlite.SqliteError) || thrown.code !== 'SQLITE_CONSTRAINT_UNIQUE') throw thrown;
      const by = identified.get(plan.record.entity, plan.record.identity ?? null);
      if (by === undefined) throw thrown;
      return { kind: 'taken', by };
    }
  };
}

function touchedOf(known: Kept | undefined): Touched | undefined {
  if (!known) return undefined;
  const { number, state, chars } = known;
  return { number, before: state, state, earlier: state, chars, changes: [], queued: new Map() };
}

interface Finished {
  /** The number of the commit in the journal. */
  readonly number: number;
  /** In the same order as `touched`. */
  readonly entries: readonly Entry[];
  readonly touched: readonly Touched[];
}

/** Nothing was appended to the journal. */
const NO_COMMIT = 0;

/** Writes down what became of the records: new ones into their tables, the others into the journal. */
function prepareFinish(db: Database, journal: Journal): (batch: Batch) => Finished {
  const putState = prepareState(db);
  const append = prepareAppend(db);
  const enqueue = prepareQueue(db);
  const make = (touched: Touched): void => {
    const { number, state, changes, queued } = touched;
    if (state.revision > 1) touched.chars = putState(number, state);
    append(number, changes);
    enqueue(state.id, queued);
  };
  return (batch) => {
    const [entries, followed]: [Entry[], Touched[]] = [[], []];
    for (const touched of batch.values()) {
      const { number: record, before, state, changes, queued } = touched;
      if (!before) {
        make(touched);
        continue;
      }
      entries.push({ record, step: encodeStep(before, state), changes, queued });
      followed.push(touched);
    }
    return { number: entries.length === 0 ? NO_COMMIT : journal.append(entries), entries, touched: followed };
  };
}

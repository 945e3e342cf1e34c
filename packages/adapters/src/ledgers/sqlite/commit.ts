import {
  encodeRecord,
  must,
  type ChangeRow,
  type Commit,
  type ConflictRow,
  type DeliveryRow,
  type EncodedRecord,
  type Plan,
  type PlanAnswer,
  type RecordId,
  type RecordState,
} from '@concord/core';
import Sqlite, { type Database } from 'better-sqlite3';
import type { Records } from './records.ts';
import { writeChange, writeConflict } from './told.ts';

/**
 * The way in: takes a batch of plans in one transaction.
 *
 * Every statement here runs for each edit that Concord ever sees. Plans are judged against the states that the plans before them left,
 * which are mostly in memory; of several plans for one record only the last state is written.
 */
export function prepareCommit(db: Database, records: Records): (commit: Commit) => readonly PlanAnswer[] {
  const takePlan = preparePlan(db);
  const putState = prepareState(db);
  const moveCursor = db.prepare<[string, string, string | null, number]>('INSERT OR REPLACE INTO cursors VALUES (?, ?, ?, ?)');
  const addFailure = db.prepare<[string]>('INSERT INTO failures (told) VALUES (?)');
  const addAct = db.prepare<[string | null, string]>('INSERT INTO operators (record, told) VALUES (?, ?)');
  const addTotals = db.prepare<[number, number]>('UPDATE totals SET records = records + ?, changes = changes + ?');

  const all = db.transaction((commit: Commit, batch: Batch): readonly PlanAnswer[] => {
    const answers = commit.plans.map((plan) => takePlan(plan, batch));
    for (const id of batch.unwritten) {
      const state = must(batch.states.get(id), 'an unwritten state is in the batch');
      batch.written.set(id, putState(state, records.encoded(id)));
    }
    const taken = commit.plans.filter((_plan, index) => answers[index]?.kind === 'committed');
    if (taken.length > 0) addTotals.run(taken.filter(isNew).length, sum(taken.map((plan) => plan.changes.length)));
    for (const { system, entity, cursor, listed } of commit.cursors) moveCursor.run(system, entity, cursor ?? null, listed ? 1 : 0);
    for (const failure of [...taken.flatMap((plan) => plan.failures), ...commit.failures]) addFailure.run(JSON.stringify(failure));
    for (const act of [...taken.flatMap((plan) => plan.act ?? []), ...commit.acts]) addAct.run(act.record ?? null, JSON.stringify(act));
    return answers;
  });
  return (commit) => {
    const batch = { states: new Map(), unwritten: new Set(), written: new Map(), known: records.get } satisfies Batch;
    const answers = all(commit, batch);
    // Only what is on the disk may be remembered.
    for (const encoded of batch.written.values()) records.remember(encoded);
    return answers;
  };
}

/** The records of one transaction. */
interface Batch {
  /** As the plans so far left them. */
  readonly states: Map<RecordId, RecordState>;
  /** Those whose latest state is not in the table yet. */
  readonly unwritten: Set<RecordId>;
  /** Those that are, as they were written. */
  readonly written: Map<RecordId, EncodedRecord>;
  /** As they were before the transaction. */
  readonly known: Records['get'];
}

function preparePlan(db: Database): (plan: Plan, batch: Batch) => PlanAnswer {
  const holderOf = prepareHolder(db);
  const putRecord = prepareRecord(db);
  const [putLinks, putChange, putConflict, putDelivery] = [prepareLinks(db), prepareChange(db), prepareConflict(db), prepareDelivery(db)];
  return (plan, batch) => {
    const by = holderOf(plan);
    if (by !== undefined) return { kind: 'taken', by };
    const answer = putRecord(plan, batch);
    if (answer.kind !== 'committed') return answer;
    batch.states.set(plan.record.id, plan.record);
    putLinks(plan);
    plan.changes.forEach(putChange);
    plan.conflicts.forEach(putConflict);
    for (const [system, row] of plan.deliveries) putDelivery(plan.record.id, system, row);
    return answer;
  };
}

/** Finds the other record, if any, that a key of the plan leads to. */
function prepareHolder(db: Database): (plan: Plan) => RecordId | undefined {
  const holder = db
    .prepare<[string, string, string], RecordId>('SELECT record FROM links WHERE system = ? AND entity = ? AND key = ?')
    .pluck();
  return ({ record, linked }) =>
    linked.map(({ system, key }) => holder.get(system, record.entity, key)).find((found) => found !== undefined && found !== record.id);
}

function prepareRecord(db: Database): (plan: Plan, batch: Batch) => PlanAnswer {
  type Insert = [id: string, entity: string, identity: string | null, revision: number, state: string];
  const insert = db.prepare<Insert>('INSERT INTO records VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING');
  const rename = db.prepare<[string | null, string]>('UPDATE records SET identity = ? WHERE id = ?');
  const identified = db.prepare<[string, string | null], RecordId>('SELECT id FROM records WHERE entity = ? AND identity = ?').pluck();

  const write = ({ record }: Plan, batch: Batch): boolean => {
    const { id, entity, revision, identity = null } = record;
    if (revision === 1) {
      const encoded = encodeRecord(record);
      if (insert.run(id, entity, identity, revision, encoded.text).changes !== 1) return false;
      batch.written.set(id, encoded);
      return true;
    }
    const before = batch.states.get(id) ?? batch.known(id);
    if (before?.revision !== revision - 1) return false;
    // An identity hardly ever changes, and setting it rewrites its index.
    if ((before.identity ?? null) !== identity) rename.run(identity, id);
    batch.unwritten.add(id);
    return true;
  };
  return (plan, batch) => {
    try {
      return write(plan, batch) ? { kind: 'committed' } : { kind: 'moved' };
    } catch (thrown) {
      // Only the refused statement is undone by SQLite; the transaction, and with it the other plans, go on.
      if (!(thrown instanceof Sqlite.SqliteError) || thrown.code !== 'SQLITE_CONSTRAINT_UNIQUE') throw thrown;
      const by = identified.get(plan.record.entity, plan.record.identity ?? null);
      if (by === undefined) throw thrown;
      return { kind: 'taken', by };
    }
  };
}

function prepareState(db: Database): (record: RecordState, before: EncodedRecord | undefined) => EncodedRecord {
  const update = db.prepare<[number, string, string]>('UPDATE records SET revision = ?, state = ? WHERE id = ?');
  return (record, before) => {
    const encoded = encodeRecord(record, before);
    update.run(record.revision, encoded.text, record.id);
    return encoded;
  };
}

function prepareLinks(db: Database): (plan: Plan) => void {
  const remove = db.prepare<[string, string, string, string]>(
    'DELETE FROM links WHERE system = ? AND entity = ? AND key = ? AND record = ?',
  );
  const add = db.prepare<[string, string, string, string]>('INSERT OR IGNORE INTO links VALUES (?, ?, ?, ?)');
  return ({ record, linked, unlinked }) => {
    for (const { system, key } of unlinked) remove.run(system, record.entity, key, record.id);
    for (const { system, key } of linked) add.run(system, record.entity, key, record.id);
  };
}

function prepareChange(db: Database): (change: ChangeRow) => void {
  const insert = db.prepare<[string, number, Buffer, Uint8Array, string]>('INSERT INTO changes VALUES (?, ?, ?, ?, ?)');
  return (change) => {
    insert.run(change.record, change.seq, hashBytes(change.hash), change.chunk, writeChange(change));
  };
}

/** The 32 bytes of a hash take half the room of its 64 digits. */
function hashBytes(hash: string): Buffer {
  const bytes = Buffer.from(hash, 'hex');
  if (bytes.length * 2 !== hash.length) throw new Error(`Broken promise: a change is named by hex digits, not "${hash}".`);
  return bytes;
}

function prepareConflict(db: Database): (conflict: ConflictRow) => void {
  const upsert = db.prepare<[string, string, string, string, number, string]>(
    `INSERT INTO conflicts (id, record, entity, state, opened_at_ms, told) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET state = excluded.state, opened_at_ms = excluded.opened_at_ms, told = excluded.told`,
  );
  return (row) => {
    upsert.run(row.id, row.record, row.entity, row.state, row.openedAtMs, writeConflict(row));
  };
}

function prepareDelivery(db: Database): (record: RecordId, system: string, row: DeliveryRow | undefined) => void {
  type Row = [string, string, string, string, string, string, number, number, string | null];
  const remove = db.prepare<[string, string]>('DELETE FROM deliveries WHERE record = ? AND system = ?');
  const replace = db.prepare<Row>('INSERT OR REPLACE INTO deliveries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
  return (record, system, row) => {
    if (row === undefined) remove.run(record, system);
    else replace.run(record, system, row.id, row.entity, row.state, row.kind, row.dueAtMs, row.attempts, row.words ?? null);
  };
}

function isNew(plan: Plan): boolean {
  return plan.record.revision === 1;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, next) => total + next, 0);
}

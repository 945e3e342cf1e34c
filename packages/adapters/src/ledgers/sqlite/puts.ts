import { encodeRecord, type Commit, type ConflictRow, type Plan, type RecordId, type RecordState } from '@concord/core';
import type { Database } from 'better-sqlite3';
import { prepareActs } from './acts.ts';
import { sumOf } from './sums.ts';
import { writeConflict } from './told.ts';

/** Brings the row of a record that is there to its state. Answers how long the state's text is. */
export function prepareState(db: Database): (number: number, state: RecordState) => number {
  const update = db.prepare<[revision: number, state: string, sum: number, number: number]>(
    'UPDATE records SET revision = ?, state = ?, sum = ? WHERE number = ?',
  );
  return (number, state) => {
    const text = encodeRecord(state);
    update.run(state.revision, text, sumOf(state.id, state.entity, state.revision, text), number);
    return text.length;
  };
}

/** Finds the other record, if any, that a key of the plan leads to. */
export function prepareHolder(db: Database): (plan: Plan) => RecordId | undefined {
  const holder = db
    .prepare<[string, string, string], RecordId>('SELECT record FROM links WHERE system = ? AND entity = ? AND key = ?')
    .pluck();
  return ({ record, linked }) =>
    linked.map(({ system, key }) => holder.get(system, record.entity, key)).find((found) => found !== undefined && found !== record.id);
}

export function prepareLinks(db: Database): (plan: Plan) => void {
  const remove = db.prepare<[string, string, string, string]>(
    'DELETE FROM links WHERE system = ? AND entity = ? AND key = ? AND record = ?',
  );
  const add = db.prepare<[string, string, string, string]>('INSERT OR IGNORE INTO links VALUES (?, ?, ?, ?)');
  return ({ record, linked, unlinked }) => {
    for (const { system, key } of unlinked) remove.run(system, record.entity, key, record.id);
    for (const { system, key } of linked) add.run(system, record.entity, key, record.id);
  };
}

/** Brings the marks of a record from what they were to what they are: nearly always they are the same list. */
export function prepareMarks(db: Database): (record: RecordState, before: RecordState | undefined) => void {
  const remove = db.prepare<[string, string, string]>('DELETE FROM marks WHERE entity = ? AND mark = ? AND record = ?');
  const add = db.prepare<[string, string, string]>('INSERT OR IGNORE INTO marks VALUES (?, ?, ?)');
  return ({ id, entity, relations }, before) => {
    const [old, now] = [before?.relations?.marks ?? [], relations?.marks ?? []];
    if (old === now) return;
    for (const mark of old) if (!now.includes(mark)) remove.run(entity, mark, id);
    for (const mark of now) if (!old.includes(mark)) add.run(entity, mark, id);
  };
}

export function prepareConflict(db: Database): (conflict: ConflictRow) => void {
  const upsert = db.prepare<[string, string, string, string, number, string, number]>(
    `INSERT INTO conflicts (id, record, entity, state, opened_at_ms, told, sum) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET state = excluded.state, opened_at_ms = excluded.opened_at_ms, told = excluded.told, sum = excluded.sum`,
  );
  return (row) => {
    const told = [row.id, row.record, row.entity, row.state, row.openedAtMs, writeConflict(row)] as const;
    upsert.run(...told, sumOf(...told));
  };
}

/** What a commit tells beside its plans, and what the taken plans tell beside their records. */
export function prepareNotes(db: Database): (commit: Commit, taken: readonly Plan[]) => void {
  const moveCursor = db.prepare<[string, string, string | null, number]>('INSERT OR REPLACE INTO cursors VALUES (?, ?, ?, ?)');
  const putNote = db.prepare<[string, string]>('INSERT OR REPLACE INTO notes VALUES (?, ?)');
  const dropNote = db.prepare<[string]>('DELETE FROM notes WHERE name = ?');
  const addFailure = db.prepare<[string, number]>('INSERT INTO failures (told, sum) VALUES (?, ?)');
  const putAct = prepareActs(db);
  const addTotals = db.prepare<[number, number]>('UPDATE totals SET records = records + ?, changes = changes + ?');
  return ({ cursors, failures, acts, notes = [] }, taken) => {
    if (taken.length > 0) addTotals.run(taken.filter(isNew).length, changesIn(taken));
    for (const { system, entity, cursor, listed } of cursors) moveCursor.run(system, entity, cursor ?? null, listed ? 1 : 0);
    for (const { name, value } of notes) {
      if (value === undefined) dropNote.run(name);
      else putNote.run(name, JSON.stringify(value));
    }
    const addFailures = (rows: Commit['failures']): void =>
      rows.forEach((failure) => {
        const told = JSON.stringify(failure);
        addFailure.run(told, sumOf(told));
      });
    for (const plan of taken) {
      addFailures(plan.failures);
      if (plan.act) putAct(plan.act);
    }
    addFailures(failures);
    acts.forEach(putAct);
  };
}

function isNew(plan: Plan): boolean {
  return plan.record.revision === 1;
}

function changesIn(plans: readonly Plan[]): number {
  return plans.reduce((total, { changes }) => total + changes.length, 0);
}

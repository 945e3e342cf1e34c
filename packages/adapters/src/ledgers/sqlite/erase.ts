import { ConcordError, messageOf, type ErasedRecord, type Erasure, type RecordId } from '@concord/core';
import type { Database } from 'better-sqlite3';
import { scrubFailure, scrubNote } from '../scrub.ts';
import { prepareActs, scrubActs } from './acts.ts';
import { changeText, placesOf, prepareAppend } from './history.ts';
import { prepareConflict, prepareState } from './puts.ts';
import type { Records } from './records.ts';
import { sumRest } from './sums.ts';
import { readFailure } from './told.ts';

/** The note that stands as long as the file is not written anew behind an erasure. */
export const UNFINISHED = 'erasing';

/** In one transaction, which also remembers that the file is to be written anew. Nothing may be pending. */
export function prepareTake(db: Database, records: Records): (erasure: Erasure) => 'erased' | 'moved' {
  const take = db.transaction(({ records: erased, scrub, act }: Erasure) => {
    for (const one of erased) putRecord(db, one, records.get(one.record.id)?.number ?? 0);
    // The tables hold all that it told.
    db.exec('DELETE FROM journal');
    scrubWords(db, new Set(erased.map(({ record }) => record.id)), scrub);
    prepareActs(db)(act);
    db.prepare<[string]>(`INSERT OR REPLACE INTO notes VALUES (?, 'true')`).run(UNFINISHED);
  });
  return (erasure) => {
    if (erasure.records.some(({ record }) => records.get(record.id)?.state.revision !== record.revision - 1)) return 'moved';
    take(erasure);
    for (const { record } of erasure.records) records.forget(record.id);
    return 'erased';
  };
}

function putRecord(db: Database, { record, changes, conflicts, unlinked }: ErasedRecord, number: number): void {
  prepareState(db)(number, record);
  db.prepare<[string | null, number]>('UPDATE records SET identity = ? WHERE number = ?').run(record.identity ?? null, number);
  db.prepare<[number, number]>('DELETE FROM changes WHERE place BETWEEN ? AND ?').run(...placesOf(number));
  prepareAppend(db)(number, changes.map(changeText));
  conflicts.forEach(prepareConflict(db));
  const unlink = db.prepare<[string, string, string, string]>(
    'DELETE FROM links WHERE system = ? AND entity = ? AND key = ? AND record = ?',
  );
  for (const { system, key } of unlinked) unlink.run(system, record.entity, key, record.id);
}

interface Told {
  readonly at: number | string;
  readonly told: string;
}

/** What went wrong, what people did and what is noted is told in words, wherever in them a value stands. */
function scrubWords(db: Database, records: ReadonlySet<RecordId>, scrub: Erasure['scrub']): void {
  replace(db, 'failures', 'number', (told) => JSON.stringify(scrubFailure(readFailure(told), records, scrub)));
  scrubActs(db, scrub);
  replace(db, 'notes', 'name', (told) => JSON.stringify(scrubNote(JSON.parse(told), scrub)));
  const words = db.prepare<[], { readonly record: string; readonly system: string; readonly words: string }>(
    'SELECT record, system, words FROM deliveries WHERE words IS NOT NULL',
  );
  const say = db.prepare<[string, string, string]>('UPDATE deliveries SET words = ? WHERE record = ? AND system = ?');
  for (const row of words.all()) if (scrub(row.words) !== row.words) say.run(scrub(row.words), row.record, row.system);
}

function replace(db: Database, table: 'failures' | 'notes', key: string, change: (told: string) => string): void {
  const rows = db.prepare<[], Told>(`SELECT ${key} AS at, told FROM ${table}`);
  const update = db.prepare<[string, number | string]>(
    `UPDATE ${table} SET told = ?${table === 'failures' ? ', sum = NULL' : ''} WHERE ${key} = ?`,
  );
  const changed: Told[] = [];
  for (const { at, told } of rows.iterate()) {
    const now = change(told);
    if (now !== told) changed.push({ at, told: now });
  }
  for (const { at, told } of changed) update.run(told, at);
  sumRest(db);
}

/**
 * Writes the file anew where an erasure was taken and that was not done yet: what SQLite has freed keeps its bytes, in pages that are in use as
 * well, and the log keeps them too. For a start, when nobody is served yet: `anew.ts` does it beside. Does nothing else. Throws ERASE_UNFINISHED
 * when there is no room; the next start tries again.
 */
export function finishErasing(db: Database): void {
  if (!isUnfinished(db)) return;
  try {
    db.exec('VACUUM');
    emptyLog(db);
    db.prepare<[string]>('DELETE FROM notes WHERE name = ?').run(UNFINISHED);
  } catch (cause) {
    throw unfinished(cause);
  }
}

export function unfinished(cause: unknown): ConcordError {
  return new ConcordError('ERASE_UNFINISHED', { words: messageOf(cause) }, cause);
}

export function isUnfinished(db: Database): boolean {
  return db.prepare<[string]>('SELECT 1 FROM notes WHERE name = ?').get(UNFINISHED) !== undefined;
}

/** Takes all of the log into the file, and cuts it to nothing. */
function emptyLog(db: Database): void {
  const [row] = db.prepare<[], { readonly busy: number }>('PRAGMA wal_checkpoint(TRUNCATE)').all();
  if (row?.busy !== 0) throw new Error('its log is being read');
}

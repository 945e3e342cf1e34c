import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { ConcordError } from '@concord/core';
import type { Database } from 'better-sqlite3';
import Sqlite from '../../shared/sqlite.ts';
import { speaking } from './faults.ts';
import { keepPrivate } from './private.ts';
import { APPLICATION_ID, migrate, SCHEMA_BEFORE_RELEASE, SCHEMA_VERSION } from './migrations.ts';
import { assertWhole } from './wal.ts';

/** Long enough for another process to finish a look at the file, short enough for a start that must fail to fail at once. */
const BUSY_WAIT_MS_MAX = 250;

/** The log is written back into the file at this length, 32 MiB. At SQLite's own 1,000 pages a busy ledger commits a fifth fewer edits. */
const WAL_PAGES_MAX = 8_000;

/** 64 MiB of pages, as SQLite writes it: a negative number of KiB. Its own 2 MiB would have every second edit read the disk. */
const CACHE_KIB = -65_536;

/**
 * What every ledger runs with. In WAL mode better-sqlite3's own default for `synchronous` is NORMAL (1), which may lose commits
 * that were acknowledged in a power cut; FULL (2) does not. EXCLUSIVE keeps the lock from the first read on until the ledger is closed.
 */
const settings = [
  { name: 'locking_mode', set: 'EXCLUSIVE', wanted: 'exclusive' },
  { name: 'journal_mode', set: 'WAL', wanted: 'wal' },
  { name: 'synchronous', set: 'FULL', wanted: 2 },
  { name: 'foreign_keys', set: 'ON', wanted: 1 },
  { name: 'trusted_schema', set: 'OFF', wanted: 0 },
  { name: 'cache_size', set: CACHE_KIB, wanted: CACHE_KIB },
  { name: 'wal_autocheckpoint', set: WAL_PAGES_MAX, wanted: WAL_PAGES_MAX },
] as const;

/** Opens or creates a ledger file, takes it for this process alone, and brings its schema up to date. */
export function openLedgerFile(file: string): Database {
  const found = inspect(file);
  return speaking(file, () => {
    keepPrivate(file);
    const db = new Sqlite(file, { timeout: BUSY_WAIT_MS_MAX });
    try {
      makeSafely(db);
      for (const { name, set } of settings) db.pragma(`${name} = ${set}`);
      assertSettings(db, file);
      migrate(db, found);
      return db;
    } catch (thrown) {
      db.close();
      throw thrown;
    }
  });
}

/**
 * A new file is made with a rollback journal. Less than EXTRA does not see to it that its removal is on the disk as well: if it came back after a
 * power cut, SQLite would take the whole ledger back to the empty file that it tells of. Until the lock is ours nothing may be read.
 */
function makeSafely(db: Database): void {
  db.pragma('locking_mode = EXCLUSIVE');
  db.pragma('synchronous = EXTRA');
}

/** Throws when a setting that durability or safety rests on is not in force. */
export function assertSettings(db: Database, file: string): void {
  for (const { name, wanted } of settings) {
    const found = db.pragma(name, { simple: true });
    if (found !== wanted) throw new ConcordError('LEDGER_NOT_DURABLE', { file, setting: name, found: String(found), wanted });
  }
}

/** The schema version of the file; 0 when there is none yet. Looks without touching: a file that is not ours must stay as it is. */
function inspect(file: string): number {
  if (!existsSync(dirname(file))) throw new ConcordError('LEDGER_UNREACHABLE', { file, words: 'its folder does not exist' });
  if (!existsSync(file) || statSync(file).size === 0) return 0;
  takeBackHalfMade(file);
  return speaking(file, () => {
    const db = new Sqlite(file, { readonly: true, timeout: BUSY_WAIT_MS_MAX });
    try {
      const version = versionOf(db, file);
      // SQLite reads a torn log up to the tear and says nothing: what was acknowledged must not be lost in silence.
      assertWhole(file);
      return version;
    } finally {
      db.close();
    }
  });
}

/**
 * Who was killed while making a file leaves a rollback journal beside it, which nobody who only reads may play back: without this, no start
 * would ever succeed. A ledger that was made has none.
 */
function takeBackHalfMade(file: string): void {
  if (!existsSync(`${file}-journal`)) return;
  speaking(file, () => {
    const db = new Sqlite(file, { timeout: BUSY_WAIT_MS_MAX });
    try {
      db.pragma('user_version');
    } finally {
      db.close();
    }
  });
}

function versionOf(db: Database, file: string): number {
  const application = db.pragma('application_id', { simple: true });
  const version = Number(db.pragma('user_version', { simple: true }));
  const tables = Number(db.prepare<[], number>('SELECT count(*) FROM sqlite_schema').pluck().get());
  // A start that was killed before its first step leaves a database with nothing in it: that one is still free to take.
  if (application === 0 && version === 0 && tables === 0) return 0;
  if (application !== APPLICATION_ID) throw new ConcordError('LEDGER_FOREIGN', { file });
  if (version <= SCHEMA_BEFORE_RELEASE) throw new ConcordError('LEDGER_OLDER', { file, found: version, known: SCHEMA_VERSION });
  if (version > SCHEMA_VERSION) throw new ConcordError('LEDGER_NEWER', { file, found: version, known: SCHEMA_VERSION });
  return version;
}

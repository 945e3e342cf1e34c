import type { Database } from 'better-sqlite3';

/** Marks a SQLite file as a Concord ledger: `Cncd` in ASCII. SQLite keeps it at byte 68 of the file. */
export const APPLICATION_ID = 0x43_6e_63_64;

/** The layout of this number was never released: its files are refused, not read wrongly. */
export const SCHEMA_BEFORE_RELEASE = 1;

/**
 * Step n brings a ledger from schema version n + 1 to n + 2. A step that was released is never altered: a new one is added.
 *
 * Every edit is first appended to the journal, which is all that a commit must put on the disk. The record's state, its history and its
 * place in the queue are written back later, for many edits at once: see `journal.ts`. So the tables may be behind the journal, never
 * ahead of it. Histories lie together by record, so that a page of history is one range read. The inbox and the links carry the indexes
 * that their lists are read by, and no more: each index is paid for with every commit. Of the queue, what is parked has one.
 */
const steps: readonly string[] = [
  `
  CREATE TABLE records (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    entity TEXT NOT NULL,
    identity TEXT,
    revision INTEGER NOT NULL,
    state TEXT NOT NULL
  ) STRICT;
  CREATE INDEX records_by_entity ON records (entity, id);
  CREATE UNIQUE INDEX records_by_identity ON records (entity, identity) WHERE identity IS NOT NULL;

  CREATE TABLE journal (
    number INTEGER PRIMARY KEY,
    told TEXT NOT NULL,
    chunks BLOB NOT NULL
  ) STRICT;

  CREATE TABLE links (
    system TEXT NOT NULL,
    entity TEXT NOT NULL,
    key TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (system, entity, key)
  ) STRICT, WITHOUT ROWID;

  -- Some changes of one record, one behind another. Place: the record's number and the number of the first change, see history.ts.
  CREATE TABLE changes (
    place INTEGER PRIMARY KEY,
    told TEXT NOT NULL,
    chunks BLOB NOT NULL
  ) STRICT;

  CREATE TABLE conflicts (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    record TEXT NOT NULL,
    entity TEXT NOT NULL,
    state TEXT NOT NULL,
    opened_at_ms INTEGER NOT NULL,
    told TEXT NOT NULL
  ) STRICT;
  CREATE INDEX conflicts_by_time ON conflicts (opened_at_ms, number);
  CREATE INDEX conflicts_by_state ON conflicts (state, opened_at_ms, number);
  CREATE INDEX conflicts_by_record ON conflicts (record, opened_at_ms, number);

  CREATE TABLE deliveries (
    record TEXT NOT NULL,
    system TEXT NOT NULL,
    id TEXT NOT NULL,
    entity TEXT NOT NULL,
    state TEXT NOT NULL,
    kind TEXT NOT NULL,
    due_at_ms INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    words TEXT,
    PRIMARY KEY (record, system)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE cursors (
    system TEXT NOT NULL,
    entity TEXT NOT NULL,
    cursor TEXT,
    listed INTEGER NOT NULL,
    PRIMARY KEY (system, entity)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE failures (number INTEGER PRIMARY KEY, told TEXT NOT NULL) STRICT;

  CREATE TABLE schemas (
    system TEXT NOT NULL,
    entity TEXT NOT NULL,
    baseline TEXT NOT NULL,
    PRIMARY KEY (system, entity)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE operators (number INTEGER PRIMARY KEY, record TEXT, told TEXT NOT NULL) STRICT;
  CREATE INDEX operators_by_record ON operators (record, number) WHERE record IS NOT NULL;

  -- Counting the rows of a history of millions reads every page of it; a running total is one small write a commit.
  CREATE TABLE totals (only INTEGER PRIMARY KEY CHECK (only = 1), records INTEGER NOT NULL, changes INTEGER NOT NULL) STRICT;
  INSERT INTO totals VALUES (1, 0, 0);
  `,
  `
  -- Texts by which records are found beside their keys: see Relations in the core.
  CREATE TABLE marks (
    entity TEXT NOT NULL,
    mark TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (entity, mark, record)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE notes (name TEXT PRIMARY KEY, told TEXT NOT NULL) STRICT, WITHOUT ROWID;

  ALTER TABLE deliveries ADD COLUMN code TEXT;
  ALTER TABLE deliveries ADD COLUMN since_ms INTEGER;
  `,
  `
  -- What followers are told, one row a commit. Number: that of the last one in it, see news.ts.
  CREATE TABLE news (number INTEGER PRIMARY KEY, told TEXT NOT NULL) STRICT;
  `,
  `
  -- What people did is a chain, see acts.ts. Those that were there before have no hash.
  ALTER TABLE operators ADD COLUMN hash TEXT;
  ALTER TABLE operators ADD COLUMN salt TEXT;
  ALTER TABLE operators ADD COLUMN note_hash TEXT;
  CREATE TABLE acts_head (only INTEGER PRIMARY KEY CHECK (only = 1), hash TEXT NOT NULL, acts INTEGER NOT NULL) STRICT;
  `,
  `
  -- Nothing is laid out otherwise. From here on states, steps and deliveries may be told in a shorter form (ADR 24), which a sidecar of before
  -- would take for damage: the number keeps the file from it. What was written before is read as it is.
  `,
  `
  -- What was refused is looked for again and again while a queue is long; what is due is not in it, so that it costs edits nothing.
  CREATE INDEX deliveries_parked ON deliveries (due_at_ms, id) WHERE state = 'parked';
  `,
  `
  -- Of each row that tells something, a sum of what it tells, see sums.ts. Rows that were there before have none until they are written again.
  ALTER TABLE records ADD COLUMN sum INTEGER;
  ALTER TABLE journal ADD COLUMN sum INTEGER;
  ALTER TABLE changes ADD COLUMN sum INTEGER;
  ALTER TABLE conflicts ADD COLUMN sum INTEGER;
  ALTER TABLE failures ADD COLUMN sum INTEGER;
  `,
  `
  -- Nothing is laid out otherwise. From here on registers are told as a stable value and a log of open edits (ADR 34), which a sidecar of before
  -- would take for damage: the number keeps the file from it. What was written before is read as it is.
  `,
  `
  -- Nothing is laid out otherwise. From here on changes tell when they were taken in, which a sidecar of before would leave out where it puts a
  -- history in place anew: the number keeps the file from it.
  `,
];

/** The schema version that this code reads and writes. */
export const SCHEMA_VERSION = SCHEMA_BEFORE_RELEASE + steps.length;

/** Brings the ledger to `SCHEMA_VERSION`, each step in a transaction of its own. A step that fails leaves the version before it. */
export function migrate(db: Database, from: number): void {
  for (const [index, step] of steps.entries()) {
    const version = SCHEMA_BEFORE_RELEASE + index + 1;
    if (version > from) applyStep(db, step, version);
  }
}

function applyStep(db: Database, step: string, version: number): void {
  db.transaction(() => {
    db.exec(step);
    db.pragma(`application_id = ${APPLICATION_ID}`);
    db.pragma(`user_version = ${version}`);
  }).exclusive();
}

import type { Database } from 'better-sqlite3';

/** Marks a SQLite file as a Concord ledger: `Cncd` in ASCII. SQLite keeps it at byte 68 of the file. */
export const APPLICATION_ID = 0x43_6e_63_64;

/**
 * Step n brings a ledger from schema version n to n + 1. A step that was released is never altered: a new one is added.
 *
 * Histories lie together by record, so that a page of history is one range read. The inbox and the links carry the indexes that their
 * lists are read by, and no more: each index is paid for with every commit. The queue has none: every edit enters and leaves it, and it
 * is short when it is listed.
 */
const steps: readonly string[] = [
  `
  CREATE TABLE records (
    id TEXT NOT NULL PRIMARY KEY,
    entity TEXT NOT NULL,
    identity TEXT,
    revision INTEGER NOT NULL,
    state TEXT NOT NULL
  ) STRICT;
  CREATE INDEX records_by_entity ON records (entity, id);
  CREATE UNIQUE INDEX records_by_identity ON records (entity, identity) WHERE identity IS NOT NULL;

  CREATE TABLE links (
    system TEXT NOT NULL,
    entity TEXT NOT NULL,
    key TEXT NOT NULL,
    record TEXT NOT NULL REFERENCES records (id),
    PRIMARY KEY (system, entity, key)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE changes (
    record TEXT NOT NULL,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    chunk BLOB NOT NULL,
    told TEXT NOT NULL,
    PRIMARY KEY (record, seq)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE conflicts (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    record TEXT NOT NULL REFERENCES records (id),
    entity TEXT NOT NULL,
    state TEXT NOT NULL,
    opened_at_ms INTEGER NOT NULL,
    told TEXT NOT NULL
  ) STRICT;
  CREATE INDEX conflicts_by_time ON conflicts (opened_at_ms, number);
  CREATE INDEX conflicts_by_state ON conflicts (state, opened_at_ms, number);
  CREATE INDEX conflicts_by_record ON conflicts (record, opened_at_ms, number);

  CREATE TABLE deliveries (
    record TEXT NOT NULL REFERENCES records (id),
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
];

/** The schema version that this code reads and writes. */
export const SCHEMA_VERSION = steps.length;

/** Brings the ledger to `SCHEMA_VERSION`, each step in a transaction of its own. A step that fails leaves the version before it. */
export function migrate(db: Database, from: number): void {
  for (const [index, step] of steps.entries()) {
    if (index >= from) applyStep(db, step, index + 1);
  }
}

function applyStep(db: Database, step: string, version: number): void {
  db.transaction(() => {
    db.exec(step);
    db.pragma(`application_id = ${APPLICATION_ID}`);
    db.pragma(`user_version = ${version}`);
  }).exclusive();
}

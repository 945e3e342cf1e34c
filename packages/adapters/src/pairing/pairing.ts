import type { FirstLook } from '@concord/core';
import type { Database } from 'better-sqlite3';
import Sqlite from '../shared/sqlite.ts';
import { ambiguous, differing, pairUp, reviewed, type Ambiguous, type Differing } from './pair-up.ts';

/** What two systems hold, held against each other. */
export interface PairedTold {
  /** By the place of the key that brought them together. */
  readonly matched: readonly number[];
  readonly onlyHere: Alone;
  readonly onlyThere: Alone;
  readonly ambiguous: Ambiguous;
  /** Rows alone in their system that a weak key brings together with one of the other: a person is asked. */
  readonly review: number;
  /** Pairs that hold the same in every field that both tell. */
  readonly equal: number;
  readonly differing: readonly Differing[];
}

interface Alone {
  readonly rows: number;
  readonly examples: readonly string[];
}

/** Rows of several systems, put down on the disk as they are read, and matched there: however many there are, memory holds a page. */
export interface Pairing {
  put(system: string, rows: readonly FirstLook[]): void;
  pair(here: string, there: string): PairedTold;
  close(): void;
}

const SCHEMA = `
  CREATE TABLE rows (n INTEGER PRIMARY KEY, system TEXT NOT NULL, key TEXT NOT NULL, held TEXT NOT NULL, partner INTEGER, tier INTEGER, unclear TEXT);
  CREATE TABLE names (tier INTEGER NOT NULL, text TEXT NOT NULL, row INTEGER NOT NULL, PRIMARY KEY (tier, text, row)) WITHOUT ROWID;
  CREATE INDEX named ON names (row, tier);
  CREATE INDEX partners ON rows (partner);
`;
/** 32 MiB of pages. */
const CACHE_KIB = -32_768;
const EXAMPLES_MAX = 5;

export function openPairing(tiers: number): Pairing {
  // Without a name SQLite makes a file of its own, spills what does not fit into its cache there, and removes it when it is closed.
  const db = new Sqlite('');
  db.pragma(`cache_size = ${CACHE_KIB}`);
  db.pragma('synchronous = OFF');
  db.exec(SCHEMA);
  const insert = db.prepare<[string, string, string]>('INSERT INTO rows (system, key, held) VALUES (?, ?, ?)');
  const name = db.prepare<[number, string, number | bigint]>('INSERT OR IGNORE INTO names VALUES (?, ?, ?)');
  const putAll = db.transaction((system: string, rows: readonly FirstLook[]) => {
    for (const { key, tiers: texts, weak, values } of rows) {
      const row = insert.run(system, key, JSON.stringify(Object.fromEntries(values))).lastInsertRowid;
      for (const [tier, text] of [...texts, ...weak].entries()) if (text !== undefined) name.run(tier, text, row);
    }
  });
  return {
    put: putAll,
    pair(here, there) {
      const matched = pairUp(db, here, there, tiers);
      return {
        matched,
        onlyHere: alone(db, here),
        onlyThere: alone(db, there),
        ambiguous: ambiguous(db, here, there),
        review: reviewed(db, here, there, tiers),
        ...differing(db, here),
      };
    },
    close: () => void db.close(),
  };
}

function alone(db: Database, system: string): Alone {
  const where = 'FROM rows WHERE system = ? AND partner IS NULL AND unclear IS NULL';
  const rows = db.prepare<[string], number>(`SELECT count(*) ${where}`).pluck().get(system) ?? 0;
  return { rows, examples: db.prepare<[string], string>(`SELECT key ${where} ORDER BY n LIMIT ${EXAMPLES_MAX}`).pluck().all(system) };
}

import Sqlite from '../../packages/adapters/dist/shared/sqlite.js';

/** A database file with the settings that Concord's ledger has: every commit survives a power cut. */
export function open(file) {
  const db = new Sqlite(file);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma('locking_mode = EXCLUSIVE');
  return db;
}

import { open } from './open.mjs';

/** The floor of the disk: as many bytes as Concord's ledger wrote, in as many rows, in transactions of the same size. */
export function runRaw({ file, rows, bytes, batch }) {
  const db = open(file);
  db.exec('CREATE TABLE raw (id INTEGER PRIMARY KEY, bytes BLOB)');
  const insert = db.prepare('INSERT INTO raw (bytes) VALUES (?)');
  const blob = Buffer.alloc(Math.max(1, Math.round(bytes / rows)), 7);
  const started = process.hrtime.bigint();
  for (let from = 0; from < rows; from += batch) {
    db.transaction(() => {
      for (let i = from; i < Math.min(rows, from + batch); i += 1) insert.run(blob);
    })();
  }
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  db.close();
  return { seconds };
}

import { open } from './open.mjs';

/**
 * The afternoon script that many a team runs: a shadow table with the last row of each side, compared on every event, last writer wins,
 * the winner's row copied over. No history, no idea of what was lost.
 */
export function runScript({ file, workload, batch }) {
  const db = open(file);
  db.exec('CREATE TABLE shadow (id TEXT, side INTEGER, at INTEGER, row TEXT, PRIMARY KEY (id, side)) WITHOUT ROWID');
  const read = db.prepare('SELECT at, row FROM shadow WHERE id = ? AND side = ?');
  const write = db.prepare('INSERT OR REPLACE INTO shadow VALUES (?, ?, ?, ?)');
  db.transaction(() => {
    for (const row of workload.rows) for (const side of [0, 1]) write.run(row.account, side, 0, JSON.stringify(row));
  })();
  const live = [workload.rows.map((row) => ({ ...row })), workload.rows.map((row) => ({ ...row }))];
  let at = 0;

  function take(side, row) {
    at += 1;
    const own = read.get(row.account, side);
    const shadow = JSON.parse(own.row);
    const changed = Object.keys(row).filter((field) => row[field] !== shadow[field]);
    if (changed.length === 0) return;
    const other = read.get(row.account, 1 - side);
    const merged = JSON.parse(other.row);
    for (const field of changed) merged[field] = row[field];
    write.run(row.account, side, at, JSON.stringify(row));
    write.run(row.account, 1 - side, at, JSON.stringify(merged));
    live[1 - side][index(row.account)] = merged;
    // What was written to the other side comes back on its feed, as it does in life.
    take(1 - side, merged);
  }

  const started = process.hrtime.bigint();
  for (let from = 0; from < workload.list.length; from += batch) {
    const steps = workload.list.slice(from, from + batch);
    db.transaction(() => {
      for (const { record, edits } of steps) {
        for (const { side, field, value } of edits) live[side][record] = { ...live[side][record], [field]: value };
        for (const { side } of edits) take(side, live[side][record]);
      }
    })();
  }
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  db.close();
  return { seconds };
}

const index = (account) => Number(account.slice(2));

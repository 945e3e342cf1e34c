/**
 * Takes a known sequence of commits into a ledger, and says of each that it was acknowledged. Whoever started this kills it, or keeps what it
 * asked of the disk. It runs from what was built, as users do.
 */
import { readFileSync, writeSync } from 'node:fs';
import { deserialize } from 'node:v8';
import Sqlite from '../../packages/adapters/dist/shared/sqlite.js';
import { sqliteLedger } from '../../packages/adapters/dist/ledgers/sqlite/ledger.js';

/** Closed and opened again after so many commits: closing writes the log back into the file, which is where most can go wrong. */
const OPEN_FOR = 40;
/** So that the tables are written within the sequence, and not only when the ledger is closed. */
const AHEAD = { records: 3, commits: 12 };

const [file, sequenceFile, synchronous] = process.argv.slice(2);
if (synchronous !== undefined) weaken(synchronous);
const commits = deserialize(readFileSync(sequenceFile));

let ledger = sqliteLedger({ file, ahead: AHEAD });
for (const [index, commit] of commits.entries()) {
  await ledger.commit(commit);
  writeSync(1, `${index + 1}\n`);
  if ((index + 1) % OPEN_FOR !== 0) continue;
  await ledger.close();
  ledger = sqliteLedger({ file, ahead: AHEAD });
}
await ledger.close();

/** A ledger refuses to run with less than FULL. To see what would become of it, every connection is told otherwise behind its back. */
function weaken(level) {
  const { pragma } = Sqlite.prototype;
  Sqlite.prototype.pragma = function weaker(source, options) {
    if (source === 'synchronous') return 2;
    return pragma.call(this, source === 'synchronous = FULL' ? `synchronous = ${level}` : source, options);
  };
}

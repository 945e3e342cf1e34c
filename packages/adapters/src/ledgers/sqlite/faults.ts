import { ConcordError } from '@concord/core';
import Sqlite from '../../shared/sqlite.ts';

/** Turns what SQLite throws into an error of the catalogue, with the cause kept. What SQLite did not throw stays as it is. */
function told(file: string, thrown: unknown): unknown {
  if (!(thrown instanceof Sqlite.SqliteError)) return thrown;
  const { code, message } = thrown;
  if (code.startsWith('SQLITE_BUSY')) return new ConcordError('LEDGER_LOCKED', { file }, thrown);
  if (code === 'SQLITE_FULL') return new ConcordError('LEDGER_FULL', { file }, thrown);
  if (code.startsWith('SQLITE_IOERR')) return new ConcordError('LEDGER_BROKEN', { file, words: message }, thrown);
  if (code === 'SQLITE_NOTADB') return new ConcordError('LEDGER_FOREIGN', { file }, thrown);
  if (code.startsWith('SQLITE_CORRUPT')) return new ConcordError('LEDGER_DAMAGED', { file, what: message }, thrown);
  if (code.startsWith('SQLITE_CANTOPEN') || code.startsWith('SQLITE_READONLY') || code === 'SQLITE_PERM') {
    return new ConcordError('LEDGER_UNREACHABLE', { file, words: message }, thrown);
  }
  return thrown;
}

/** Runs what talks to SQLite, and throws what the catalogue says of it. */
export function speaking<Answer>(file: string, work: () => Answer): Answer {
  try {
    return work();
  } catch (thrown) {
    throw told(file, thrown);
  }
}

import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { ConcordError, STOPPED_IN_ORDER, type OperatorAct } from '@concord/core';
import Sqlite from '../../shared/sqlite.ts';
import { prepareActs } from './acts.ts';
import { syncFile } from './backup.ts';
import { speaking } from './faults.ts';
import { keepPrivate } from './private.ts';

const BUSY_WAIT_MS_MAX = 250;
const ENDS = ['', '-wal', '-shm'] as const;

export interface Restoring {
  /** The backup. It is only read. */
  readonly from: string;
  /** The ledger file. */
  readonly to: string;
  /** Under which name the ledger that is there now is kept. */
  readonly aside: string;
  /** Throws when the copy must not become the ledger. */
  readonly examine: (copy: string) => Promise<void>;
  /** Who did it, and when; kept in the ledger. */
  readonly by: string;
  readonly nowMs: number;
}

/**
 * Puts a backup in the place of a ledger. What is there is kept under another name, and stays as it was until the backup was copied and found
 * good. Throws LEDGER_LOCKED while a sidecar runs, LEDGER_MISSING when there is no backup, and whatever `examine` throws.
 *
 * A backup is older than what the systems hold, so it forgets how far their feeds were read, and which of its writes were not sent by then: at the
 * start everything is listed again before anything is written, and what happened since the backup is found as edits of the systems.
 */
export async function restoreLedger({ from, to, aside, examine, by, nowMs }: Restoring): Promise<{ readonly kept: string | undefined }> {
  if (!existsSync(from)) throw new ConcordError('LEDGER_MISSING', { file: from });
  const free = hold(to);
  const copy = `${to}.restoring`;
  try {
    mkdirSync(dirname(to), { recursive: true });
    for (const end of ENDS) rmSync(`${copy}${end}`, { force: true });
    keepPrivate(copy);
    copyFileSync(from, copy);
    keepPrivate(copy);
    await examine(copy);
    forgetPlaces(copy, { atMs: nowMs, operator: by, act: 'restore', note: `from ${from}` });
    syncFile(copy);
  } catch (thrown) {
    for (const end of ENDS) rmSync(`${copy}${end}`, { force: true });
    throw thrown;
  } finally {
    free();
  }
  const kept = existsSync(to) ? aside : undefined;
  for (const end of ENDS) if (existsSync(`${to}${end}`)) renameSync(`${to}${end}`, `${aside}${end}`);
  renameSync(copy, to);
  syncFile(dirname(to));
  return { kept };
}

/** Keeps a sidecar from starting meanwhile. A file that is too broken to be opened is held by nobody. */
function hold(file: string): () => void {
  if (!existsSync(file)) return () => undefined;
  const db = new Sqlite(file, { timeout: BUSY_WAIT_MS_MAX });
  try {
    db.pragma('locking_mode = EXCLUSIVE');
    speaking(file, () => db.exec('BEGIN EXCLUSIVE; COMMIT'));
  } catch (thrown) {
    db.close();
    if (thrown instanceof ConcordError && thrown.code === 'LEDGER_LOCKED') throw thrown;
    return () => undefined;
  }
  return () => void db.close();
}

function forgetPlaces(file: string, act: OperatorAct): void {
  speaking(file, () => {
    const db = new Sqlite(file);
    try {
      db.transaction(() => {
        db.exec('UPDATE cursors SET cursor = NULL, listed = 0');
        db.prepare('DELETE FROM notes WHERE name = ?').run(STOPPED_IN_ORDER);
        prepareActs(db)(act);
      })();
    } finally {
      db.close();
    }
  });
}

import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { ConcordError, messageOf } from '@concord/core';
import type { Database } from 'better-sqlite3';
import Sqlite from '../../shared/sqlite.ts';
import { keepPrivate } from './private.ts';

/** So many pages are copied at a time, 4 MiB: between two of them the ledger goes on with its work. */
const PAGES_AT_ONCE = 1024;

/** What a backup came to. */
export interface BackedUp {
  readonly file: string;
  readonly bytes: number;
}

export type Progress = (done: number, of: number) => void;

/**
 * Copies a ledger while it is in use, by SQLite's own online backup. The copy is one file, of one moment: everything that was acknowledged when
 * the copy ended is in it. It appears under its name only when it is whole, on the disk, and sound. Throws BACKUP_FAILED, and leaves nothing.
 */
export async function backUp(db: Database, to: string, progress: Progress = () => undefined): Promise<BackedUp> {
  const part = `${to}.part`;
  try {
    mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
    if (existsSync(to)) throw new Error('there is a file of that name already');
    rmSync(part, { force: true });
    keepPrivate(part);
    await db.backup(part, {
      progress({ totalPages, remainingPages }) {
        progress(totalPages - remainingPages, totalPages);
        return PAGES_AT_ONCE;
      },
    });
    seal(part);
    syncFile(part);
    renameSync(part, to);
    syncFile(dirname(to));
    return { file: to, bytes: statSync(to).size };
  } catch (cause) {
    for (const end of ['', '-wal', '-shm', '-journal']) rmSync(`${part}${end}`, { force: true });
    throw new ConcordError('BACKUP_FAILED', { file: to, words: messageOf(cause) }, cause);
  }
}

/** One file that needs no log beside it, and whose pages hang together. */
function seal(file: string): void {
  const copy = new Sqlite(file);
  try {
    copy.pragma('journal_mode = DELETE');
    const found = String(copy.pragma('integrity_check(1)', { simple: true }));
    if (found !== 'ok') throw new Error(`the copy is not sound: ${found}`);
  } finally {
    copy.close();
  }
}

/** Also of a folder: only then is a new name in it on the disk. */
export function syncFile(file: string): void {
  const handle = openSync(file, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

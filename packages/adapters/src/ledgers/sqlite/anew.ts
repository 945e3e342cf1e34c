import { existsSync, renameSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Database } from 'better-sqlite3';
import type { Given } from './anew-thread.ts';
import { syncFile } from './backup.ts';
import { keepPrivate } from './private.ts';
import { followRows } from './touched.ts';

/** So many pages are copied at a time, 1 MiB: between two of them the ledger goes on with its work. */
const PAGES_AT_ONCE = 256;
/** So many rows are brought over at a time. */
const ROWS_AT_ONCE = 100;
/** With no more than this left to bring over, it is done at once, and the files change places. */
const ROWS_LAST = 100;

const ENDS = ['', '-wal', '-shm', '-journal'] as const;

// A thread begins with a file that can run as it is: from the sources as well, it is the one that was built.
const THREAD = new URL('../../../dist/ledgers/sqlite/anew-thread.js', import.meta.url);

/** The ledger that is written anew, as far as that must know it. */
export interface Lived {
  readonly db: Database;
  /** Brings some of what is pending into the tables. Answers whether little is left. */
  someBack(): boolean;
  allBack(): void;
  /** Within the file that is to come. */
  readonly settle: () => void;
  /** Closes the ledger, and takes the log into the file. */
  leave(): void;
}

export interface Renewal {
  readonly file: string;
  /** Nobody waits for it any more. */
  readonly isOver: () => boolean;
}

/**
 * Writes a ledger's file anew while it is in use: a copy of all pages, by SQLite's online backup; of that a second one, by `VACUUM INTO` in a thread
 * of its own, in which nothing stands but rows; then what happened meanwhile, row by row. At last the second one takes the file's name, and no byte
 * of what was freed is in it. Nothing is changed until then. The ledger is closed when it resolves.
 */
export async function writeAnew({ db, someBack, allBack, settle, leave }: Lived, { file, isOver }: Renewal): Promise<void> {
  const [copy, made] = [`${file}.copied`, `${file}.anew`];
  removeRests(file);
  const touched = followRows(db);
  try {
    keepPrivate(copy);
    await db.backup(copy, { progress: () => goOn(isOver) });
    keepPrivate(made);
    await vacuum({ from: copy, to: made }, isOver);
    remove(copy);
    db.prepare<[string]>('ATTACH ? AS anew').run(made);
    db.exec('PRAGMA anew.journal_mode = MEMORY; PRAGMA anew.synchronous = OFF');
    await bringAll(touched, someBack, isOver);
    await flush(made);
    db.pragma('main.wal_checkpoint(TRUNCATE)');
    await turn();
    await bringAll(touched, someBack, isOver);
    // From here on nobody else has a turn.
    allBack();
    while (touched.bringOver(ROWS_AT_ONCE) > 0);
    settle();
    db.exec('DETACH anew');
    touched.end();
    syncFile(made);
    leave();
    if (existsSync(`${file}-wal`)) throw new Error('its log is still there');
    renameSync(made, file);
    syncFile(dirname(file));
  } catch (cause) {
    if (db.open) {
      touched.end();
      detach(db);
    }
    throw cause;
  } finally {
    removeRests(file);
  }
}

function goOn(isOver: () => boolean): number {
  if (isOver()) throw new Error('the ledger is being closed');
  return PAGES_AT_ONCE;
}

async function bringAll(touched: ReturnType<typeof followRows>, someBack: () => boolean, isOver: () => boolean): Promise<void> {
  for (;;) {
    goOn(isOver);
    const isBack = someBack();
    if (touched.bringOver(ROWS_AT_ONCE) < ROWS_LAST && isBack) return;
    await turn();
  }
}

function detach(db: Database): void {
  try {
    db.exec('DETACH anew');
  } catch {
    // It was not attached yet.
  }
}

/** Beside the thread that serves. It is ended where the ledger is to be closed. */
function vacuum(given: Given, isOver: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(THREAD, { workerData: given, execArgv: [], env: {} });
    const watch = setInterval(() => isOver() && void thread.terminate(), LOOK_EVERY_MS);
    const over = (settle: () => void): void => {
      clearInterval(watch);
      settle();
    };
    thread.on('error', (cause) => over(() => reject(cause)));
    thread.on('exit', (code) => over(code === 0 ? resolve : () => reject(new Error('it was broken off'))));
  });
}

const LOOK_EVERY_MS = 50;

/** What was written is on the disk; nobody waits for the disk meanwhile. */
async function flush(file: string): Promise<void> {
  const handle = await open(file, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function remove(file: string): void {
  for (const end of ENDS) rmSync(`${file}${end}`, { force: true });
}

/** What a kill has left beside a ledger: it may hold what is to be erased. */
export function removeRests(file: string): void {
  for (const one of [`${file}.copied`, `${file}.anew`]) remove(one);
}

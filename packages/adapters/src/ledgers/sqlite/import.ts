import { createHash } from 'node:crypto';
import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { ConcordError, decodeRecord, type RecordState } from '@concord/core';
import type { Database } from 'better-sqlite3';
import Sqlite from '../../shared/sqlite.ts';
import { syncFile } from './backup.ts';
import { hashOf, splitChunks } from './chunks.ts';
import { FORMAT, TABLES, type TableName } from './export.ts';
import { prepareAppend, type ChangeText } from './history.ts';
import { SCHEMA_VERSION } from './migrations.ts';
import { openLedgerFile } from './open.ts';
import { sumOf, sumRest } from './sums.ts';
import { readChange } from './told.ts';

/** So many lines go into one transaction. */
const LINES_TOGETHER = 2_000;
const ENDS = ['', '-wal', '-shm'] as const;

/**
 * Makes a ledger of exported lines. It appears under its name only when every line was taken, every change has the hash that it is told with,
 * and the end was seen. Throws LEDGER_EXISTS where there is a ledger already, and IMPORT_WRONG with the line.
 */
export async function importLedger(
  file: string,
  lines: AsyncIterable<string>,
): Promise<{ readonly records: number; readonly changes: number }> {
  if (existsSync(file) && statSync(file).size > 0) throw new ConcordError('LEDGER_EXISTS', { file });
  const part = `${file}.importing`;
  clear(part);
  const db = openLedgerFile(part);
  try {
    const taking = openTaking(db);
    let together: string[] = [];
    const flush = db.transaction(() => together.forEach((line) => taking.line(line)));
    for await (const line of lines) {
      if (line === '') continue;
      together.push(line);
      if (together.length < LINES_TOGETHER) continue;
      flush();
      together = [];
    }
    db.transaction(() => {
      flush();
      taking.end();
    })();
    db.close();
    syncFile(part);
    renameSync(part, file);
    syncFile(dirname(file));
    return taking.counts;
  } catch (thrown) {
    db.close();
    clear(part);
    throw thrown;
  }
}

function clear(part: string): void {
  for (const end of ENDS) rmSync(`${part}${end}`, { force: true });
}

interface Taking {
  line(text: string): void;
  /** Throws when the end was not seen. */
  end(): void;
  readonly counts: { readonly records: number; readonly changes: number };
}

function openTaking(db: Database): Taking {
  const digest = createHash('sha256');
  const histories = openHistories(db);
  const put = prepareRows(db);
  let [at, ended] = [0, false];

  const wrong = (words: string): never => {
    throw new ConcordError('IMPORT_WRONG', { line: at, words });
  };

  /** Answers what is wrong with the line. */
  function take(told: Told): string | undefined {
    switch (told['kind']) {
      case 'ledger':
        if (told['format'] === FORMAT && told['schema'] === SCHEMA_VERSION) return undefined;
        return `it was written with format ${String(told['format'])} and schema ${String(told['schema'])}, not ${FORMAT} and ${SCHEMA_VERSION}`;
      case 'record':
        return histories.record(JSON.stringify(told['state']));
      case 'change':
        return histories.change(told);
      case 'row':
        return put(told) ? undefined : 'it is a row of no table that is known';
      default:
        return `"${String(told['kind'])}" is no kind of line`;
    }
  }

  return {
    line(text) {
      at += 1;
      const told = parsed(text) ?? wrong('it is no JSON object');
      if (ended) wrong('there is a line behind the end');
      if (at === 1 && told['kind'] !== 'ledger') wrong('the first line is no head of an export');
      if (told['kind'] === 'end') {
        if (told['lines'] !== at - 1 || told['sha256'] !== digest.digest('hex')) wrong('the lines are not those that were exported');
        ended = true;
        return;
      }
      digest.update(`${text}\n`);
      const words = taken(() => take(told));
      if (words !== undefined) wrong(words);
    },
    end() {
      at += 1;
      if (!ended) wrong('the end is missing: the file was cut off');
      const words = taken(() => histories.end());
      if (words !== undefined) wrong(words);
    },
    get counts() {
      return histories.counts;
    },
  };
}

/** What a table does not take, or no reader of ours, is wrong with the line; that the disk is full is not. */
function taken(take: () => string | undefined): string | undefined {
  try {
    return take();
  } catch (thrown) {
    if (!(thrown instanceof Error) || (thrown instanceof Sqlite.SqliteError && !OF_THE_LINE.test(thrown.code))) throw thrown;
    return `it cannot be put into a ledger (${thrown.message})`;
  }
}

const OF_THE_LINE = /^SQLITE_(?:CONSTRAINT|MISMATCH|TOOBIG)/u;

interface Histories {
  /** Answers what is wrong with it; so does `change`. */
  record(text: string): string | undefined;
  change(told: Told): string | undefined;
  end(): string | undefined;
  readonly counts: { readonly records: number; readonly changes: number };
}

/** Records, each with its changes behind it. */
function openHistories(db: Database): Histories {
  const insert = db.prepare<[string, string, string | null, number, string, number]>(
    'INSERT INTO records (id, entity, identity, revision, state, sum) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const append = prepareAppend(db);
  let current = { id: '', number: 0 };
  let pending: ChangeText[] = [];
  let [records, changes] = [0, 0];

  function flush(): void {
    append(current.number, pending);
    pending = [];
  }

  return {
    record(text) {
      flush();
      const state = decoded(text);
      if (!state) return 'it is no record that this version can read';
      const { id, entity, identity = null, revision } = state;
      current = { id, number: Number(insert.run(id, entity, identity, revision, text, sumOf(id, entity, revision, text)).lastInsertRowid) };
      records += 1;
      return undefined;
    },
    change(told) {
      if (told['record'] !== current.id) return 'a change does not stand behind its record';
      const [seq, story] = [told['seq'], told['told']];
      if (!Number.isSafeInteger(seq) || Number(seq) < 1) return 'a change has no number';
      if (!isStory(story)) return 'a change tells nothing that can be read';
      const chunk = new Uint8Array(Buffer.from(String(told['chunk']), 'base64'));
      if (hashOf(chunk) !== told['hash']) return 'the bytes of a change do not have its hash';
      if (splitChunks(chunk).length !== 1) return 'the bytes of a change are not those of one';
      pending.push({ seq: Number(seq), told: JSON.stringify(story), chunk });
      changes += 1;
      return undefined;
    },
    end() {
      flush();
      db.prepare<[number, number]>('UPDATE totals SET records = ?, changes = ?').run(records, changes);
      sumRest(db);
      return undefined;
    },
    get counts() {
      return { records, changes };
    },
  };
}

/** Whether it can be read again as the story of a change. */
function isStory(story: unknown): boolean {
  try {
    return isTold(story) && readChange(JSON.stringify(story)).patch.length >= 0;
  } catch {
    return false;
  }
}

function decoded(text: string): RecordState | undefined {
  try {
    return decodeRecord(text);
  } catch {
    return undefined;
  }
}

type Told = Readonly<Record<string, unknown>>;

function parsed(text: string): Told | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isTold(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isTold(value: unknown): value is Told {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTable(name: unknown): name is TableName {
  return typeof name === 'string' && Object.hasOwn(TABLES, name);
}

/** Puts a row into its table. Answers whether there is such a table. */
function prepareRows(db: Database): (told: Told) => boolean {
  const inserts = Object.fromEntries(
    Object.entries(TABLES).map(([table, { columns }]) => {
      const places = columns.map(() => '?').join(', ');
      return [table, db.prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places})`)];
    }),
  );
  return ({ table, row }) => {
    if (!isTable(table) || !isTold(row)) return false;
    inserts[table]?.run(...TABLES[table].columns.map((column) => row[column] ?? null));
    return true;
  };
}

import { createHash, randomBytes } from 'node:crypto';
import type { OperatorAct } from '@concord/core';
import type { Database } from 'better-sqlite3';
import { readAct } from './told.ts';

/**
 * What people did, each act with a hash of itself and of the one before: none can be changed or taken out without breaking what follows, and
 * the head, which is kept apart, tells that none is missing at the end.
 *
 * A note stands in the chain as a hash with a salt. An erasure may take values out of notes; it drops the salt with them, so that the chain
 * holds, and nobody can guess at the note by its hash.
 */
interface Chained {
  readonly told: string;
  readonly hash: string | null;
  readonly salt: string | null;
  readonly note_hash: string | null;
}

interface Head {
  readonly hash: string;
  readonly acts: number;
}

const BEGIN: Head = { hash: '', acts: 0 };
const SALT_BYTES = 16;

/** Appends to the chain. Within a transaction of the caller's. */
export function prepareActs(db: Database): (act: OperatorAct) => void {
  const add = db.prepare<[string | null, string, string, string | null, string | null]>(
    'INSERT INTO operators (record, told, hash, salt, note_hash) VALUES (?, ?, ?, ?, ?)',
  );
  const head = prepareHead(db);
  const put = db.prepare<[string, number]>('INSERT OR REPLACE INTO acts_head (only, hash, acts) VALUES (1, ?, ?)');
  return (act) => {
    const { hash: before, acts } = head();
    const salt = act.note === undefined ? null : randomBytes(SALT_BYTES).toString('hex');
    const noteHash = act.note === undefined || salt === null ? null : sha256(`${salt}${act.note}`);
    const hash = hashOf(before, act, noteHash);
    add.run(act.record ?? null, JSON.stringify(act), hash, salt, noteHash);
    put.run(hash, acts + 1);
  };
}

/** Has values leave the notes: the salt of a note that is changed goes with them. */
export function scrubActs(db: Database, scrub: (text: string) => string): void {
  const rows = db.prepare<[], { readonly number: number; readonly told: string }>('SELECT number, told FROM operators').all();
  const update = db.prepare<[string, number]>('UPDATE operators SET told = ?, salt = NULL WHERE number = ?');
  for (const { number, told } of rows) {
    const act = readAct(told);
    const note = act.note === undefined ? undefined : scrub(act.note);
    if (note !== undefined && note !== act.note) update.run(JSON.stringify({ ...act, note }), number);
  }
}

/** The chain, held against itself. */
export interface ChainTold {
  readonly acts: number;
  /** Acts from before there was a chain. */
  readonly unchained: number;
  /** The hash of the last one: whoever writes it down elsewhere can tell later that nothing before it was changed. */
  readonly head: string;
  readonly faults: readonly string[];
}

/** `known`: a head that was told earlier, and that the chain must still come through. */
export function proveActs(db: Database, known?: string): ChainTold {
  const faults: string[] = [];
  let [before, acts, unchained, isKnown] = ['', 0, 0, known === undefined || known === ''];
  const scrubbed: { readonly at: number; readonly words: string }[] = [];
  let erasedAt = 0;
  for (const row of db.prepare<[], Chained>('SELECT told, hash, salt, note_hash FROM operators ORDER BY number').iterate()) {
    const act = parsed(row.told);
    if (row.hash === null && before === '') {
      unchained += 1;
      continue;
    }
    acts += 1;
    const name = `act ${acts}${act ? ` (${act.act} by ${act.operator})` : ''}`;
    if (act?.act === 'erase') erasedAt = acts;
    if (!act || row.hash !== hashOf(before, act, row.note_hash))
      faults.push(`${name} is not what was done then, or one before it is missing`);
    else if (act.note !== undefined && row.salt === null) scrubbed.push({ at: acts, words: name });
    else if (act.note !== undefined && sha256(`${row.salt}${act.note}`) !== row.note_hash)
      faults.push(`the note of ${name} is not what was written`);
    before = row.hash ?? 'none';
    isKnown ||= before === known;
  }
  const told = prepareHead(db)();
  for (const { at, words } of scrubbed) if (at > erasedAt) faults.push(`the note of ${words} was changed, and no erasure says so`);
  if (told.hash !== before || told.acts !== acts) faults.push(`the last acts are missing: ${acts} of ${told.acts} are there`);
  if (!isKnown) faults.push(`the chain does not come through ${known}: what was done before it was written anew`);
  return { acts, unchained, head: before, faults };
}

function prepareHead(db: Database): () => Head {
  const head = db.prepare<[], Head>('SELECT hash, acts FROM acts_head');
  return () => head.get() ?? BEGIN;
}

function parsed(told: string): OperatorAct | undefined {
  try {
    return readAct(told);
  } catch {
    return undefined;
  }
}

function hashOf(before: string, { note: _note, ...act }: OperatorAct, noteHash: string | null): string {
  return sha256(canonical({ ...act, before, ...(noteHash === null ? {} : { noteHash }) }));
}

/** JSON in one way only: members by name, and no blanks. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`)
    .join(',')}}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

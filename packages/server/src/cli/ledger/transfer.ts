import { chmodSync, closeSync, createReadStream, createWriteStream, openSync, statSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { importLedger, type ReadOnlyLedger } from '@concord/adapters';
import { changesOf, ConcordError, recordId } from '@concord/core';
import { loadConfig } from '../config-file.ts';
import { ledgerToRead, mustExist } from '../lab/opened.ts';

const OWNER_ALONE = 0o600;

export interface ExportGiven {
  readonly config: string;
  readonly to: string;
  /** Another ledger file than the configured one: a backup. */
  readonly ledger?: string;
  readonly record?: string;
  readonly as?: string;
  /** A file that is there is written over. */
  readonly force?: true;
}

/** Writes a ledger, or one record of it, into a file: lines of JSON, or the record's Automerge document. */
export async function exportTo({ config, to, ledger: other, record, as = 'jsonl', force }: ExportGiven): Promise<number> {
  if (as !== 'jsonl' && as !== 'automerge') throw new ConcordError('ASK_WRONG', { words: `"${as}" is not jsonl or automerge` });
  if (as === 'automerge' && record === undefined)
    throw new ConcordError('ASK_WRONG', { words: 'an Automerge document is of one record: give --record <id>' });
  // A terminal or a pipe is no file that could be lost.
  if (!force && statSync(to, { throwIfNoEntry: false })?.isFile()) throw new ConcordError('FILE_IN_THE_WAY', { file: to });
  const ledger = ledgerToRead(loadConfig(config), other);
  try {
    if (record !== undefined && !(await ledger.record(recordId(record)))) throw new ConcordError('RECORD_UNKNOWN', { record });
    if (as === 'automerge') {
      makePrivate(to);
      writeFileSync(to, await documentOf(ledger, record ?? ''));
    } else await writeLines(ledger.lines(record === undefined ? undefined : recordId(record)), to);
    console.log(`${to} is written.`);
    return 0;
  } finally {
    await ledger.close();
  }
}

/** They are on the disk when it resolves. */
export async function writeLines(lines: Iterable<string>, to: string): Promise<void> {
  makePrivate(to);
  await pipeline(Readable.from(ended(lines)), createWriteStream(to, { flush: true }));
}

/** Its owner alone may read what is exported, also where a file of that name was open to others. */
function makePrivate(file: string): void {
  closeSync(openSync(file, 'a', OWNER_ALONE));
  chmodSync(file, OWNER_ALONE);
}

/** A file line by line. Throws where it cannot be read to its end: `readline` would not tell. */
export async function* linesOf(file: string): AsyncGenerator<string> {
  const input = createReadStream(file);
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  let failure: Error | undefined;
  input.on('error', (cause) => {
    failure = cause;
    lines.close();
  });
  yield* lines;
  if (failure) throw failure;
}

/** The chunks of a record, one behind another, are its document. */
async function documentOf(ledger: ReadOnlyLedger, record: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const { chunk } of changesOf(ledger, recordId(record))) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function* ended(lines: Iterable<string>): Generator<string> {
  for (const line of lines) yield `${line}\n`;
}

/** Makes a new ledger of what was exported as lines of JSON. */
export async function importFrom(from: string, { config }: { readonly config?: string }): Promise<number> {
  // Not required of the command as such, which has another way to be used.
  if (config === undefined)
    throw new ConcordError('ASK_WRONG', { words: 'a ledger is made where the configuration says: give --config <file>' });
  const { file } = loadConfig(config).ledger;
  mustExist(from);
  const { records, changes } = await importLedger(file, linesOf(from));
  console.log(`${records} records with ${changes} changes are in ${file}. To be sure of it: concord verify --config ${config}`);
  return 0;
}

import { existsSync } from 'node:fs';
import type { ReadOnlyLedger } from '@concord/adapters';
import { archiveFaults, ConcordError, recordId, type ChangeRow, type Epoch, type RecordId } from '@concord/core';
import { linesOf } from './transfer.ts';

/**
 * Holds an archive against the hashes that are kept of what was compacted away. Answers how many records of the archive do not come to them;
 * what the archive has no record of is not looked at. Throws ARCHIVE_WRONG where it is no export of a ledger.
 */
export async function verifyArchive(ledger: ReadOnlyLedger, file: string): Promise<number> {
  if (!existsSync(file)) throw new ConcordError('ARCHIVE_WRONG', { file, words: 'there is no such file' });
  let [proved, wrong, later] = [0, 0, 0];
  for await (const [id, told] of historiesIn(file)) {
    const first = await firstOf(ledger, id);
    if (!first?.epoch) continue;
    const isLater = isOfBefore(told, first.epoch);
    const faults = isLater ? [] : archiveFaults(first.epoch, told);
    for (const words of faults) console.error(`${id}: ${words}`);
    if (isLater) later += 1;
    else if (faults.length > 0) wrong += 1;
    else proved += 1;
  }
  console.log(`${proved} compacted records are proved by the archive, ${wrong} are not, ${later} need a later one`);
  return wrong;
}

/** It was compacted once more since: what this archive has is proved by the one that was written then. */
function isOfBefore(told: ReadonlyMap<number, Uint8Array>, { changes, begins = 1 }: Epoch): boolean {
  const [first] = told.keys();
  return first !== undefined && (first < begins || [...told.keys()].every((seq) => seq < changes));
}

async function firstOf(ledger: ReadOnlyLedger, id: RecordId): Promise<ChangeRow | undefined> {
  return (await ledger.changes(id, { limit: 1 })).items[0];
}

async function* historiesIn(file: string): AsyncGenerator<readonly [RecordId, ReadonlyMap<number, Uint8Array>]> {
  let [at, id] = [0, ''];
  let told = new Map<number, Uint8Array>();
  for await (const line of linesOf(file)) {
    at += 1;
    const { kind, record, seq, chunk } = parsed(line) ?? wrongAt(file, at);
    if (at === 1 && kind !== 'ledger') wrongAt(file, at);
    if (kind !== 'change') continue;
    if (typeof record !== 'string' || typeof seq !== 'number' || typeof chunk !== 'string') return wrongAt(file, at);
    if (record !== id && told.size > 0) {
      yield [recordId(id), told];
      told = new Map();
    }
    id = record;
    told.set(seq, Buffer.from(chunk, 'base64'));
  }
  if (told.size > 0) yield [recordId(id), told];
}

function wrongAt(file: string, line: number): never {
  throw new ConcordError('ARCHIVE_WRONG', { file, words: `line ${line} is not of an export` });
}

function parsed(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const told: unknown = JSON.parse(line);
    return isObject(told) ? told : undefined;
  } catch {
    return undefined;
  }
}

function isObject(told: unknown): told is Readonly<Record<string, unknown>> {
  return typeof told === 'object' && told !== null && !Array.isArray(told);
}

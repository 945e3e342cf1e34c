import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { sqliteLedger, type SqliteLedger } from '@concord/adapters';
import { compactionsIn, ConcordError, countOf, entityName, type CompactedTold, type CompactingParts, type EntityName } from '@concord/core';
import { timeWord } from '../../backups.ts';
import { entityUnknown } from '../../entity-unknown.ts';
import { clock } from '../../surroundings.ts';
import { instantOf } from '../../views/values.ts';
import { inLaboratory, ledgerToRead, stopItFirst, timeFrom, unlocked, type Laboratory } from '../lab/opened.ts';
import { writeLines } from './transfer.ts';

export interface CompactGiven {
  readonly config: string;
  readonly keep: string;
  readonly entity?: string;
  readonly ledger?: string;
  readonly dryRun?: true;
  /** The folder; `false` where none is wanted, `true` where nothing was said. */
  readonly archive?: string | boolean;
  readonly by?: string;
}

/** Has old changes leave the ledger of a sidecar that does not run. Throws LEDGER_HELD where one does. */
export async function compact(given: CompactGiven): Promise<number> {
  const beforeMs = timeFrom(given.keep);
  if (beforeMs > clock.nowMs()) throw wrong(`"${given.keep}" is yet to come`);
  return inLaboratory(given.config, async (laboratory) => {
    const file = resolve(given.ledger ?? laboratory.config.ledger.file);
    const ask = { beforeMs, ...entityIn(laboratory, given.entity) };
    if (!existsSync(file)) throw new ConcordError('LEDGER_MISSING', { file });
    if (given.dryRun) return dryRun(given.ledger, laboratory, ask);
    if (given.by === undefined) throw wrong('--by <name> says who wants it');
    const { by, archive = true } = given;
    if (archive === true) throw wrong('give --archive <folder>, or --no-archive if what goes is to be kept nowhere');
    return compactFile(file, laboratory, { ...ask, by, ...(archive === false ? {} : { archive: resolve(archive) }) });
  });
}

function wrong(words: string): ConcordError {
  return new ConcordError('ASK_WRONG', { words });
}

interface Ask {
  readonly beforeMs: number;
  readonly entity?: EntityName;
}

function entityIn({ tables }: Laboratory, entity: string | undefined): Pick<Ask, 'entity'> {
  if (entity === undefined) return {};
  if (!tables.has(entity)) throw entityUnknown(entity, tables.keys());
  return { entity: entityName(entity) };
}

async function dryRun(other: string | undefined, { config, tables }: Laboratory, ask: Ask): Promise<number> {
  const ledger = ledgerToRead(config, other);
  try {
    tell(await compactAll({ ledger, tables }, ask), 'would go');
    return 0;
  } finally {
    await ledger.close();
  }
}

async function compactFile(file: string, { config, tables }: Laboratory, { by, archive, ...ask }: Ask & Wanted): Promise<number> {
  const ledger = unlocked({ ...config, ledger: { file } }, stopItFirst, () => sqliteLedger({ file }));
  try {
    if (archive !== undefined) await writeArchive(ledger, join(archive, `${basename(file)}-${timeWord(clock.nowMs())}.jsonl`));
    const note = `changes from before ${instantOf({ ms: ask.beforeMs })}${ask.entity === undefined ? '' : ` of ${ask.entity}`}`;
    // First: that it was begun is known, also where it is stopped half-way.
    await ledger.commit({ plans: [], cursors: [], failures: [], acts: [{ atMs: clock.nowMs(), operator: by, act: 'compact', note }] });
    const sum = await compactAll({ ledger, tables }, ask);
    if (sum.compacted > 0) await ledger.shrink();
    tell(sum, 'are gone');
    return 0;
  } finally {
    await ledger.close();
  }
}

interface Wanted {
  readonly by: string;
  /** The folder. */
  readonly archive?: string;
}

/** All of it, so that it can be imported as a ledger of its own. It stands under its name once it is whole. */
async function writeArchive(ledger: SqliteLedger, to: string): Promise<void> {
  mkdirSync(dirname(to), { recursive: true });
  await writeLines(ledger.lines(), `${to}.part`);
  renameSync(`${to}.part`, to);
  console.log(`${to} is written: the ledger as it is.`);
}

interface Sum {
  records: number;
  compacted: number;
  /** Records that stay whole although they are old, and why. */
  needed: number;
  wrong: number;
  long: number;
  removed: number;
  bytesBefore: number;
  bytesAfter: number;
  oldestMs: number;
}

const TOLD_EVERY = 1000;
const PAGE_ROWS = 500;

async function compactAll(parts: CompactingParts, ask: Ask): Promise<Sum> {
  const all = await countOf(PAGE_ROWS, (page) => parts.ledger.records({ ...page, ...(ask.entity ? { entity: ask.entity } : {}) }));
  const sum: Sum = {
    records: 0,
    compacted: 0,
    needed: 0,
    wrong: 0,
    long: 0,
    removed: 0,
    bytesBefore: 0,
    bytesAfter: 0,
    oldestMs: Number.POSITIVE_INFINITY,
  };
  for await (const told of compactionsIn(parts, ask)) {
    add(sum, told);
    if (sum.records % TOLD_EVERY === 0) console.log(`${sum.records} of ${all} records looked at`);
  }
  return sum;
}

function add(sum: Sum, { record, kind, removed, bytesBefore, bytesAfter, oldestMs }: CompactedTold): void {
  sum.records += 1;
  if (kind !== 'recent') sum[kind] += 1;
  if (kind === 'wrong') console.error(`${record}: it does not agree with itself, and stays as it is; see concord verify`);
  if (kind === 'long') console.error(`${record}: it has more changes than are compacted at once, and stays as it is`);
  sum.removed += removed;
  sum.bytesBefore += bytesBefore;
  sum.bytesAfter += bytesAfter;
  sum.oldestMs = Math.min(sum.oldestMs, oldestMs);
}

function tell(sum: Sum, went: string): void {
  console.log(`${sum.removed} changes of ${sum.compacted} records ${went}, of ${sum.records} records that were looked at.`);
  if (sum.needed > 0) console.log(`${sum.needed} records have old changes that something still stands on: they stay whole.`);
  console.log(`Histories: about ${sum.bytesBefore} bytes before, ${sum.bytesAfter} after.`);
  if (sum.oldestMs < Number.POSITIVE_INFINITY) console.log(`The oldest change that is told is from ${instantOf({ ms: sum.oldestMs })}.`);
}

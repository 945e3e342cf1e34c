import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { sqliteLedger, type SqliteLedger } from '@concord/adapters';
import {
  compactionsIn,
  ConcordError,
  countOf,
  entityName,
  PINS_NOTE,
  pinnedVersions,
  type CompactedTold,
  type CompactingParts,
  type EntityName,
  type Ledger,
} from '@concord/core';
import { Type, type Static } from 'typebox';
import { timeWord } from '../../backups.ts';
import { entityUnknown } from '../../entity-unknown.ts';
import { clock } from '../../surroundings.ts';
import { instantOf } from '../../views/values.ts';
import { exactlyOne, getFrom, postTo, SIDECAR_OR_NONE, type Where } from '../lab/asked.ts';
import { inLaboratory, ledgerToRead, stopItFirst, timeFrom, unlocked, type Laboratory } from '../lab/opened.ts';
import { writeLines } from './transfer.ts';

export interface CompactGiven {
  readonly keep: string;
  readonly entity?: string;
  readonly ledger?: string;
  readonly dryRun?: true;
  /** The folder; `false` where none is wanted, `true` where nothing was said. */
  readonly archive?: string | boolean;
  readonly by?: string;
}

/** Has old changes leave the ledger: by the sidecar that runs, or here where none does. Throws LEDGER_HELD where one does, unasked. */
export function compact({ url, config, ...given }: CompactGiven & Where): Promise<number> {
  const where = { ...(url === undefined ? {} : { url }), ...(config === undefined ? {} : { config }) };
  return exactlyOne(where, SIDECAR_OR_NONE, {
    ask: (at) => compactThere(at, given),
    work: (file) => compactHere({ ...given, config: file }),
  });
}

async function compactHere(given: CompactGiven & { readonly config: string }): Promise<number> {
  const beforeMs = beforeFrom(given);
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

function beforeFrom({ keep }: CompactGiven): number {
  const beforeMs = timeFrom(keep);
  if (beforeMs > clock.nowMs()) throw wrong(`"${keep}" is yet to come`);
  return beforeMs;
}

const passShape = Type.Object({
  state: Type.String(),
  records: Type.Number(),
  compacted: Type.Number(),
  removed: Type.Number(),
  needed: Type.Number(),
  wrong: Type.Number(),
  long: Type.Number(),
  moved: Type.Number(),
});
const answerShape = Type.Object({ pass: Type.Optional(passShape) });
const LOOK_EVERY_MS = 500;

/** Begins it, and tells how far it is until it has ended. */
async function compactThere(url: string, given: CompactGiven): Promise<number> {
  const { entity, by, archive = true, ledger } = given;
  if (ledger !== undefined || given.dryRun)
    throw wrong('--ledger and --dry-run are for a ledger that no sidecar holds: a backup, for example');
  if (typeof archive === 'string') throw wrong('a sidecar keeps what goes in the folder of its configuration: leave --archive out');
  const asked = { before: new Date(beforeFrom(given)).toISOString(), archive };
  const who = { ...(entity === undefined ? {} : { entity }), ...(by === undefined ? {} : { by }) };
  let told = await postTo(`${url}/v1/compactions`, { ...asked, ...who }, answerShape);
  for (;;) {
    const { pass } = told;
    if (pass?.state === 'done') return tellThere(pass);
    if (pass) console.log(`${pass.records} records looked at, ${pass.removed} changes of ${pass.compacted} are gone`);
    await wait(LOOK_EVERY_MS);
    told = await getFrom(`${url}/v1/compactions`, answerShape);
  }
}

function tellThere({ records, compacted, removed, needed, wrong: bad, long, moved }: Static<typeof passShape>): number {
  console.log(`${removed} changes of ${compacted} records are gone, of ${records} records that were looked at.`);
  if (needed > 0) console.log(`${needed} records have old changes that something still stands on: they stay whole.`);
  if (moved > 0) console.log(`${moved} records were edited all the while: they are for the next time.`);
  if (long > 0) console.log(`${long} records have too many changes for a sidecar that runs: stop it, and use --config.`);
  if (bad > 0) console.log(`${bad} records do not agree with themselves, and stay as they are: see concord verify.`);
  return bad > 0 ? 1 : 0;
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
    tell(await compactAll({ ledger, tables, pinned: await pinnedIn(ledger) }, ask), 'would go');
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
    const sum = await compactAll({ ledger, tables, pinned: await pinnedIn(ledger) }, ask);
    if (sum.compacted > 0) await ledger.shrink();
    tell(sum, 'are gone');
    return 0;
  } finally {
    await ledger.close();
  }
}

async function pinnedIn(ledger: Pick<Ledger, 'note'>): Promise<CompactingParts['pinned']> {
  const versions = pinnedVersions(await ledger.note(PINS_NOTE));
  return (record) => versions.get(record);
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

import { ConcordError } from '../errors/concord-error.ts';
import type { RecordId } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import { blankOf, isEmpty, type Blank } from '../merge/blank.ts';
import { eraseRecord, type WholeRecord } from '../merge/erase.ts';
import type { Ledger, PageAsk, PageOf } from '../ports/ledger.ts';
import type { ErasedTold } from '../ports/plan.ts';
import { pagesOf } from '../ports/paging.ts';
import type { Digest } from '../record/encode.ts';
import { LIFE, type RecordState, type Register } from '../record/record.ts';
import { formerName, registerIn } from '../record/registers.ts';
import { isQuiet } from '../record/resting.ts';
import { isTuple } from '../values.ts';

/** What a person wants forgotten. */
export interface ErasureAsk {
  readonly record: RecordId;
  /** All text fields, where nothing is said. What is computed from a field goes with it. */
  readonly fields?: readonly string[];
  readonly by: string;
  readonly note?: string;
}

export interface ErasingParts {
  readonly ledger: Ledger;
  readonly tables: ReadonlyMap<string, Table>;
  readonly nowMs: () => number;
  readonly digest?: Digest | undefined;
}

/** A record moves this often under an erasure only where something writes that should not be there. */
const TRIES_MAX = 20;
/** A history of more changes than this is not held in memory at once. */
const CHANGES_MAX = 200_000;
const PAGE_ROWS = 500;

/**
 * Has the values of some fields leave the ledger: those of the record, and of all that were folded into it. For callers that hold the record's
 * lane. Throws RECORD_UNKNOWN, FIELD_UNKNOWN, ERASE_FOLDED, ERASE_OPEN, ERASE_UNFINISHED or ASK_WRONG.
 */
export async function erasureIn(parts: ErasingParts, ask: ErasureAsk): Promise<ErasedTold> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const told = await attempt(parts, ask);
    if (told) return told;
  }
  throw new Error(`Record ${ask.record} was changed ${TRIES_MAX} times while it was erased.`);
}

async function attempt({ ledger, tables, nowMs, digest }: ErasingParts, ask: ErasureAsk): Promise<ErasedTold | undefined> {
  const record = await ledger.record(ask.record);
  const table = record && tables.get(record.entity);
  if (!record || !table) throw new ConcordError('RECORD_UNKNOWN', { record: ask.record });
  const into = record.relations?.mergedInto;
  if (into !== undefined) throw new ConcordError('ERASE_FOLDED', { record: record.id, into });
  const fields = fieldsOf(table, record, ask.fields);
  const family = [record, ...(await foldedInto(ledger, record))];
  const open = family.flatMap((one) => openIn(table, one, fields));
  if (open.length > 0) throw new ConcordError('ERASE_OPEN', { record: record.id, words: open.join('; ') });
  const whole = await Promise.all(family.map((one) => wholeOf(ledger, one)));
  const blank = blankOf(table, fields);
  // Twice: words are only free of all values once all of them were met.
  whole.forEach((one) => eraseRecord(one, table, blank, digest));
  assertSilent(blank, ask);
  const records = whole.map((one) => eraseRecord(one, table, blank, digest));
  const told: ErasedTold = {
    fields: [...fields].toSorted(),
    records: family.map(({ id }) => id),
    changes: records.reduce((sum, one) => sum + one.told, 0),
    heads: records[0]?.record.heads ?? [],
  };
  const note = ask.note === undefined ? {} : { note: ask.note };
  const act = { atMs: nowMs(), operator: ask.by, act: 'erase', record: record.id, ...note, erased: told };
  return (await ledger.erase({ records, scrub: blank.scrub, act })) === 'erased' ? told : undefined;
}

/** The record of an erasure must not keep what was erased. */
function assertSilent(blank: Blank, { by, note = '' }: ErasureAsk): void {
  if ([by, note].some((words) => blank.scrub(words) !== words))
    throw new ConcordError('ASK_WRONG', { words: 'the name or the note holds a value that is to be erased; say it without' });
}

/** Fields that were configured once, and of which the record still holds values, can be named too, and are text as far as anybody knows. */
function fieldsOf(table: Table, { registers }: RecordState, named: readonly string[] | undefined): ReadonlySet<string> {
  const former = Object.keys(registers)
    .map(formerName)
    .filter((name) => name !== LIFE && !table.registers.has(name));
  const all = new Map(table.map.registers.flatMap(({ fields }) => fields.map(({ name, type }) => [name, type] as const)));
  const unknown = named?.find((name) => !all.has(name) && !former.includes(name));
  if (unknown !== undefined) throw new ConcordError('FIELD_UNKNOWN', { entity: table.map.entity, field: unknown });
  const texts = [...all].flatMap(([name, { kind }]) => (kind === 'text' ? [name] : []));
  const fields = new Set(named ?? [...texts, ...former]);
  // Each stands behind those that it is computed from.
  for (const { field, expression } of table.rules.derived) if (expression.reads.some((read) => fields.has(read))) fields.add(field);
  return fields;
}

/** A record knows all that was ever folded into it, also by way of others. */
async function foldedInto(ledger: Ledger, { relations }: RecordState): Promise<readonly RecordState[]> {
  const found = await Promise.all((relations?.aliases ?? []).map((id) => ledger.record(id)));
  return found.flatMap((alias) => alias ?? []);
}

/** Why the fields are not past yet, in words. */
function openIn(table: Table, record: RecordState, fields: ReadonlySet<string>): readonly string[] {
  return [...table.registers.values()].flatMap(({ name, fields: own }) => {
    const register = registerIn(record, name);
    if (!register || !own.some((field) => fields.has(field))) return [];
    return own.flatMap((field, index) => (fields.has(field) ? fieldOpen(record, register, name, field, index) : []));
  });
}

function fieldOpen(record: RecordState, register: Register, name: string, field: string, index: number): readonly string[] {
  const member = (value: Register['value']) => (isTuple(value) ? (value[index] ?? null) : value);
  const links = Object.entries(record.links);
  const present = links.flatMap(([system, { state }]) => (state === 'present' ? [system] : []));
  const holders = present.filter((system) => {
    const shadow = register.shadows[system];
    return shadow !== undefined && !isEmpty(member(shadow.value));
  });
  if (register.held) return [`${field} waits for a person`];
  const unread = links.flatMap(([system, link]) => (link.unread?.some((one) => one.register === name) ? [system] : []));
  const held = [...new Set([...holders, ...unread])];
  if (held.length > 0) return [`${field} is still held by ${held.join(' and ')}`];
  const writes = links.filter(([, { planned, unconfirmed = [] }]) =>
    [...(planned ? [planned] : []), ...unconfirmed].some((write) => write.registers[name] !== undefined),
  );
  if (writes.length > 0) return [`a write of ${field} to ${writes.map(([system]) => system).join(' and ')} is under way`];
  if (present.length > 0 && !isEmpty(member(register.value))) return [`${field} is not empty`];
  const behind = present.filter((system) => {
    const shadow = register.shadows[system];
    return shadow !== undefined && !isQuiet(shadow, register);
  });
  return behind.length === 0 ? [] : [`${behind.join(' and ')} has not seen yet that ${field} is empty`];
}

async function wholeOf(ledger: Ledger, record: RecordState): Promise<WholeRecord> {
  if (record.seq > CHANGES_MAX)
    throw new ConcordError('ASK_WRONG', { words: `record ${record.id} has ${record.seq} changes, and one erasure takes ${CHANGES_MAX}` });
  return {
    record,
    changes: await allOf((ask) => ledger.changes(record.id, ask)),
    conflicts: await allOf((ask) => ledger.conflicts({ ...ask, record: record.id })),
  };
}

async function allOf<Item>(page: (ask: PageAsk) => Promise<PageOf<Item>>): Promise<readonly Item[]> {
  const all: Item[] = [];
  for await (const items of pagesOf(PAGE_ROWS, page)) for (const item of items) all.push(item);
  return all;
}

import { ConcordError } from '@concord/core';
import { Type, type Static } from 'typebox';
import { getFrom, postTo } from './lab/asked.ts';

export interface ParkedGiven {
  readonly url: string;
  readonly system?: string;
  readonly state: string;
  readonly json?: boolean;
}

const row = Type.Object({
  id: Type.String(),
  record: Type.String(),
  entity: Type.String(),
  system: Type.String(),
  kind: Type.String(),
  fields: Type.Array(Type.String()),
  attempts: Type.Number(),
  code: Type.Optional(Type.String()),
  words: Type.Optional(Type.String()),
  since: Type.Optional(Type.String()),
  next: Type.String(),
});
const page = Type.Object({ items: Type.Array(row), next: Type.Optional(Type.String()) });
const PAGE = 500;

/** Lists what is parked, with the words of whoever refused it and what happens next. */
export async function listParked({ url, system, state, json = false }: ParkedGiven): Promise<number> {
  let after: string | undefined;
  let count = 0;
  do {
    const told = await getFrom(`${url}/v1/deliveries?${queryOf({ state, system, after })}`, page);
    for (const item of told.items) console.log(json ? JSON.stringify(item) : wordsOf(item));
    count += told.items.length;
    after = told.next;
  } while (after !== undefined);
  if (state === 'parked') await listRows(url, json);
  if (!json)
    console.log(count === 0 ? `Nothing is ${state}.` : `${count} ${state}. concord parked retry, or discard, takes their ids, or --all.`);
  return 0;
}

const asideRow = Type.Object({ system: Type.String(), entity: Type.String(), key: Type.String(), words: Type.String(), at: Type.String() });

/** Rows over which something broke: they were never taken, so no record has them. */
async function listRows(url: string, json: boolean): Promise<void> {
  const { items } = await getFrom(`${url}/v1/rows`, Type.Object({ items: Type.Array(asideRow) }));
  for (const item of items)
    console.log(json ? JSON.stringify(item) : `row ${item.key} of ${item.entity} in ${item.system}, set aside ${item.at}\n  ${item.words}`);
  if (!json && items.length > 0) console.log(`${items.length} rows are set aside. concord parked retry, or discard, takes --rows.`);
}

function queryOf(asked: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(asked).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
  return new URLSearchParams({ ...Object.fromEntries(given), limit: String(PAGE) }).toString();
}

function wordsOf({ id, record, entity, system, kind, fields, attempts, code, words, next }: Static<typeof row>): string {
  const what = `${kind} ${entity} ${record} in ${system}${fields.length === 0 ? '' : ` (${fields.join(', ')})`}`;
  const why = [code, words].filter((part) => part !== undefined).join(' ');
  return `${id}\n  ${what}, ${attempts} tries\n  ${why === '' ? 'no words' : why}\n  ${next}`;
}

export interface ReleaseGiven {
  readonly url: string;
  readonly by: string;
  readonly note?: string;
  readonly all?: boolean;
  readonly rows?: boolean;
  readonly system?: string;
  readonly entity?: string;
}

const released = Type.Object({ released: Type.Number(), gone: Type.Number(), more: Type.Boolean() });

/** Has parked writes tried again, or given up: those named, or all of a system or entity. */
export async function releaseParked(decision: 'retry' | 'discard', ids: readonly string[], given: ReleaseGiven): Promise<number> {
  const { url, by, note, all = false, rows = false, system, entity } = given;
  if (rows) return releaseRows(decision, given);
  if (all === ids.length > 0) throw new ConcordError('ASK_WRONG', { words: 'name the ids of deliveries, or give --all, and not both' });
  const person = { by, ...(note === undefined ? {} : { note }) };
  for (const id of ids)
    await postTo(`${url}/v1/deliveries/${encodeURIComponent(id)}/${decision}`, person, Type.Object({ id: Type.String() }));
  if (!all) return tell(decision, ids.length, 0);
  const which = { ...(system === undefined ? {} : { system }), ...(entity === undefined ? {} : { entity }) };
  const told = await postTo(`${url}/v1/deliveries/${decision}`, { ...person, ...which }, released);
  if (told.more) console.log('There are more: run it again.');
  return tell(decision, told.released, told.gone);
}

const releasedRows = Type.Object({ released: Type.Number(), gone: Type.Number(), still: Type.Number() });

async function releaseRows(decision: 'retry' | 'discard', { url, by, note, system, entity }: ReleaseGiven): Promise<number> {
  const which = { ...(system === undefined ? {} : { system }), ...(entity === undefined ? {} : { entity }) };
  const told = await postTo(`${url}/v1/rows/${decision}`, { by, ...(note === undefined ? {} : { note }), ...which }, releasedRows);
  console.log(
    `${told.released} rows ${decision === 'retry' ? 'were taken' : 'were given up'}; over ${told.still} something broke as before.`,
  );
  return told.still === 0 ? 0 : 1;
}

function tell(decision: 'retry' | 'discard', count: number, gone: number): number {
  const did =
    decision === 'retry' ? 'are tried again' : 'were discarded: their systems are left without them until they would be something else';
  console.log(`${count} ${did}.${gone === 0 ? '' : ` ${gone} were delivered or planned anew meanwhile.`}`);
  return 0;
}

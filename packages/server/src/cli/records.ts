import { ConcordError } from '@concord/core';
import { Type, type Static } from 'typebox';
import { getFrom } from './lab/asked.ts';

export interface FindGiven {
  readonly url: string;
  readonly entity?: string;
  readonly system?: string;
  readonly key?: string;
  readonly limit: string;
  readonly json?: boolean;
}

const scalar = Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]);
const record = Type.Object({
  id: Type.String(),
  entity: Type.String(),
  state: scalar,
  versions: Type.Number(),
  values: Type.Record(Type.String(), scalar),
  held: Type.Array(Type.Object({ conflict: Type.String() })),
  systems: Type.Record(Type.String(), Type.Object({ state: Type.String(), key: Type.Optional(Type.String()) })),
});
type Told = Static<typeof record>;
const page = Type.Object({ items: Type.Array(record), next: Type.Optional(Type.String()) });

const PAGE = '500';
const FIELDS_SHOWN = 4;

/** Finds records: by a system's key, or by words that all stand in their values, their keys or their id. Status 1: there is none. */
export async function findRecords(words: readonly string[], { url, json = false, limit, ...which }: FindGiven): Promise<number> {
  const most = Number(limit);
  if (!Number.isInteger(most) || most < 1) throw new ConcordError('ASK_WRONG', { words: `"${limit}" is no number of records` });
  const wanted = words.map((word) => word.toLowerCase());
  let [count, after]: [number, string | undefined] = [0, undefined];
  do {
    const at: Readonly<Record<string, string>> = after === undefined ? {} : { after };
    const told: Static<typeof page> = await getFrom(
      `${url}/v1/records?${new URLSearchParams({ ...which, limit: PAGE, ...at }).toString()}`,
      page,
    );
    for (const item of told.items.filter((one) => holds(one, wanted)).slice(0, most - count)) {
      console.log(json ? JSON.stringify(item) : linesOf(item, wanted));
      count += 1;
    }
    after = told.next;
  } while (after !== undefined && count < most);
  if (count === 0 && !json) console.log('No record is like that.');
  if (after !== undefined && !json) console.log(`There may be more: --limit shows more than ${most}.`);
  return count === 0 ? 1 : 0;
}

function textsOf({ id, values, systems }: Told): readonly string[] {
  return [id, ...Object.values(values).map(String), ...Object.values(systems).map(({ key = '' }) => key)];
}

function holds(told: Told, wanted: readonly string[]): boolean {
  const texts = textsOf(told).map((text) => text.toLowerCase());
  return wanted.every((word) => texts.some((text) => text.includes(word)));
}

function linesOf({ id, entity, state, versions, values, held, systems }: Told, wanted: readonly string[]): string {
  const isAsked = (value: unknown): boolean => wanted.some((word) => String(value).toLowerCase().includes(word));
  const entries = Object.entries(values).filter(([, value]) => value !== null);
  // What was looked for is shown, whatever else there is no room for.
  const shown = entries.filter(([, value], at) => at < FIELDS_SHOWN || isAsked(value)).map(([field, value]) => `${field}: ${value}`);
  const keys = Object.entries(systems).map(
    ([system, { key = 'no row', state: link }]) => `${system} ${key}${link === 'present' ? '' : ` (${link})`}`,
  );
  const waits = held.length === 0 ? '' : `, ${held.length} conflict(s) wait`;
  return `${id}\n  ${entity}, ${state}, ${versions} versions${waits}\n  ${shown.join(', ')}\n  ${keys.join('; ')}`;
}

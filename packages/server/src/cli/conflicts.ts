import { ConcordError, type Json, type JsonObject } from '@concord/core';
import { Type, type Static } from 'typebox';
import { getFrom, postTo } from './lab/asked.ts';
import { valueWords } from './lab/told.ts';

const scalar = Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]);
const values = Type.Record(Type.String(), scalar);
const side = Type.Object({ system: Type.String(), at: Type.String(), by: Type.Optional(Type.String()), values });
const conflict = Type.Object({
  id: Type.String(),
  record: Type.String(),
  entity: Type.String(),
  fields: Type.Array(Type.String()),
  state: Type.String(),
  code: Type.String(),
  rule: Type.String(),
  reason: Type.String(),
  values: Type.Optional(values),
  sides: Type.Array(side),
  losers: Type.Array(side),
  choices: Type.Optional(Type.Array(Type.String())),
  openedAt: Type.String(),
  closedAt: Type.Optional(Type.String()),
});
type Conflict = Static<typeof conflict>;
const page = Type.Object({ items: Type.Array(conflict), next: Type.Optional(Type.String()) });

export interface ListGiven {
  readonly url: string;
  readonly state: string;
  readonly entity?: string;
  readonly record?: string;
  readonly field?: string;
  readonly json?: boolean;
}

const PAGE = '500';

/** Lists what waits for a person, or what was decided, latest first. */
export async function listConflicts({ url, json = false, ...which }: ListGiven): Promise<number> {
  let [count, after]: [number, string | undefined] = [0, undefined];
  do {
    const at: Readonly<Record<string, string>> = after === undefined ? {} : { after };
    const told: Static<typeof page> = await getFrom(
      `${url}/v1/conflicts?${new URLSearchParams({ ...which, limit: PAGE, ...at }).toString()}`,
      page,
    );
    for (const item of told.items) console.log(json ? JSON.stringify(item) : lineOf(item));
    count += told.items.length;
    after = told.next;
  } while (after !== undefined);
  if (!json)
    console.log(count === 0 ? `No conflict is ${which.state}.` : `${count} ${which.state}. concord conflicts show <id> tells all of one.`);
  return 0;
}

export interface OneGiven {
  readonly url: string;
  readonly json?: boolean;
}

/** One conflict, with what each side says, and how it can be decided. */
export async function showConflict(id: string, { url, json = false }: OneGiven): Promise<number> {
  const told = await find(url, id);
  console.log(json ? JSON.stringify(told, undefined, 2) : linesOf(told).join('\n'));
  return 0;
}

export interface ResolveGiven {
  readonly url: string;
  readonly side?: string;
  readonly value?: readonly string[];
  readonly version?: string;
  readonly join?: string;
  readonly apart?: true;
  readonly row?: string;
  readonly by?: string;
  readonly note?: string;
}

/** Decides a conflict: for one side, for a value, or as the conflict asks. */
export async function resolveConflict(id: string, { url, by, note, ...given }: ResolveGiven): Promise<number> {
  const { value, version, ...choice } = given;
  if (Object.keys(given).length !== 1)
    throw new ConcordError('ASK_WRONG', { words: 'say how: one of --side, --value, --version, --join, --apart and --row' });
  const body: JsonObject = {
    ...choice,
    ...(value === undefined ? {} : { values: valuesFrom(value, await find(url, id)) }),
    ...(version === undefined ? {} : { version: Number(version) }),
    ...(by === undefined ? {} : { by }),
    ...(note === undefined ? {} : { note }),
  };
  const told = await postTo(`${url}/v1/conflicts/${encodeURIComponent(id)}/resolve`, body, conflict);
  console.log(linesOf(told).join('\n'));
  return 0;
}

/** Has a conflict that is closed wait for a person again. */
export async function reopenConflict(id: string, { url, by, note }: Pick<ResolveGiven, 'url' | 'by' | 'note'>): Promise<number> {
  const person = { ...(by === undefined ? {} : { by }), ...(note === undefined ? {} : { note }) };
  console.log(linesOf(await postTo(`${url}/v1/conflicts/${encodeURIComponent(id)}/reopen`, person, conflict)).join('\n'));
  return 0;
}

function find(url: string, id: string): Promise<Conflict> {
  return getFrom(`${url}/v1/conflicts/${encodeURIComponent(id)}`, conflict);
}

/** `name=Acme Ltd`, once for each field; nothing behind the sign empties it. A value is of the kind that the sides say theirs in. */
function valuesFrom(given: readonly string[], { fields, sides }: Conflict): JsonObject {
  return Object.fromEntries(
    given.map((text) => {
      const [, field = '', value = ''] = /^([^=]+)=(.*)$/su.exec(text) ?? [];
      if (!fields.includes(field))
        throw new ConcordError('ASK_WRONG', { words: `"${text}" does not begin with ${fields.map((name) => `${name}=`).join(' or ')}` });
      const kinds = new Set(sides.map((one) => typeof one.values[field]));
      return [field, asKind(value, kinds)] as const;
    }),
  );
}

function asKind(text: string, kinds: ReadonlySet<string>): Json {
  if (text === '') return null;
  if (kinds.has('number') && Number.isInteger(Number(text))) return Number(text);
  if (kinds.has('boolean') && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

function lineOf({ id, entity, fields, sides, openedAt, reason }: Conflict): string {
  return `${id}\n  ${entity} ${fields.join(', ')}, since ${openedAt}: ${sides.map(sideWords).join(' | ')}\n  ${reason}`;
}

function sideWords({ system, by, values: told }: Static<typeof side>): string {
  return `${system}${by === undefined ? '' : ` (${by})`} ${valueWords(told)}`;
}

function linesOf({
  id,
  record,
  entity,
  fields,
  state,
  code,
  rule,
  reason,
  values: stands,
  sides,
  losers,
  choices,
  openedAt,
  closedAt,
}: Conflict): readonly string[] {
  return [
    id,
    `  ${entity} ${fields.join(', ')} of record ${record}: ${state}, ${code}`,
    `  ${rule}: ${reason}`,
    `  since ${openedAt}${closedAt === undefined ? '' : `, closed ${closedAt}`}`,
    ...(stands === undefined ? [] : [`  ${state === 'held' ? 'meanwhile' : 'stands'}: ${valueWords(stands)}`]),
    ...sides.map((one) => `  side ${sideWords(one)}, ${one.at}`),
    ...losers.filter((lost) => !sides.some((one) => sameEdit(one, lost))).map((one) => `  lost ${sideWords(one)}, ${one.at}`),
    ...(state === 'held' ? [`  decide it: concord conflicts resolve ${id} ${waysOf(choices, sides)}`] : []),
  ];
}

function sameEdit(one: Static<typeof side>, other: Static<typeof side>): boolean {
  return one.system === other.system && one.at === other.at;
}

function waysOf(choices: readonly string[] | undefined, sides: Conflict['sides']): string {
  if (choices) return `with ${choices.join('; or ')}`;
  return [...sides.map(({ system }) => `--side ${system}`), '--value <field>=<value>'].join(' | ');
}

import type { EntityName } from '../ids.ts';
import { entityChange, mapChanges, type MapChange } from '../map/evolution/changes.ts';
import { isAlike, outlineOf, type Outline } from '../map/evolution/outline.ts';
import { changeWords } from '../map/evolution/words.ts';
import type { TableMap } from '../map/table.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { Note } from '../ports/plan.ts';
import type { Json } from '../values.ts';

/** With what the ledger ran. */
export interface Outlines {
  /** `names`: the entities that it is to run with. */
  load(names: ReadonlySet<string>): Promise<void>;
  of(entity: EntityName): Promise<Ran>;
  /** Some rows may be as this table map says from now on, and others as those before. */
  begun(map: TableMap): Promise<void>;
  /** All rows are. */
  ended(map: TableMap): Promise<void>;
}

/** What the ledger knows of a table map's past. */
export interface Ran {
  /** Each of these some rows may still be as; absent: it never ran with this entity, or before it kept this. */
  readonly outlines?: readonly Outline[] | undefined;
  /** Whether it did the last time. */
  readonly isListed: boolean;
}

/** What has changed for an entity; nothing where it is not known with what it ran. */
export function changesSince({ outlines, isListed }: Ran, map: TableMap): readonly MapChange[] {
  if (!outlines) return [];
  const found = outlines.flatMap((outline) => mapChanges(outline, map));
  const once = found.filter((change, index) => found.findIndex((other) => changeWords(other) === changeWords(change)) === index);
  return isListed ? once : [entityChange(map.entity, 'returned'), ...once];
}

/** What has changed since a ledger last ran, for every entity that it is to run with, or did. */
export async function evolutionOf(
  ledger: Pick<Ledger, 'note' | 'records'>,
  maps: readonly TableMap[],
): Promise<ReadonlyMap<string, readonly MapChange[]>> {
  const told = readNames(await ledger.note(ENTITIES_NOTE));
  const found = new Map<string, readonly MapChange[]>();
  for (const map of maps) {
    const { entity } = map;
    const outlines = readOutlines(await ledger.note(outlineNote(entity)));
    const isEmpty = (await ledger.records({ entity, limit: 1 })).items.length === 0;
    if (outlines && !isEmpty) found.set(entity, changesSince({ outlines, isListed: told.includes(entity) }, map));
    else if (!isEmpty) found.set(entity, [entityChange(entity, 'unknown')]);
    else found.set(entity, outlines && told.includes(entity) ? [] : [entityChange(entity, 'added')]);
  }
  for (const name of told) if (!found.has(name)) found.set(name, [entityChange(name, 'removed')]);
  return found;
}

const ENTITIES_NOTE = 'maps';
const outlineNote = (entity: string): string => `map ${entity}`;

/** So many configurations in a row, none of which was carried out to its end, are remembered. */
const OUTLINES_MAX = 10;

export function openOutlines(ledger: Pick<Ledger, 'note'>, keep: (note: Note) => Promise<void>): Outlines {
  const pasts = new Map<EntityName, readonly Outline[]>();
  let listed: ReadonlySet<string> = new Set();

  async function put({ entity }: TableMap, outlines: readonly Outline[]): Promise<void> {
    pasts.set(entity, outlines);
    await keep({ name: outlineNote(entity), value: inJson(outlines) });
  }

  async function list(names: ReadonlySet<string>): Promise<void> {
    listed = names;
    await keep({ name: ENTITIES_NOTE, value: [...names] });
  }

  return {
    async load(names) {
      const told = readNames(await ledger.note(ENTITIES_NOTE));
      listed = new Set(told);
      if (told.some((name) => !names.has(name))) await list(new Set(told.filter((name) => names.has(name))));
    },
    async of(entity) {
      const outlines = readOutlines(await ledger.note(outlineNote(entity)));
      if (outlines) pasts.set(entity, outlines);
      return { outlines, isListed: listed.has(entity) };
    },
    async begun(map) {
      const now = outlineOf(map);
      const others = (pasts.get(map.entity) ?? []).filter((one) => !isAlike(inJson(one), inJson(now)));
      await put(map, [...others, now].slice(-OUTLINES_MAX));
    },
    async ended(map) {
      await put(map, [outlineOf(map)]);
      if (!listed.has(map.entity)) await list(new Set([...listed, map.entity]));
    },
  };
}

function inJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value));
}

/** What this file wrote itself. */
function readOutlines(told: Json | undefined): readonly Outline[] | undefined {
  return told === undefined ? undefined : JSON.parse(JSON.stringify(told));
}

function readNames(told: Json | undefined): readonly string[] {
  return told === undefined ? [] : JSON.parse(JSON.stringify(told));
}

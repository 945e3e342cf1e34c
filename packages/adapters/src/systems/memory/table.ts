import { keyOf, version } from '@concord/core';
import type { Binding, JsonObject, Key, Row } from '@concord/core';

/** A row that is there, or was: a row that is gone keeps its place in the feed. */
export interface Kept {
  readonly key: Key;
  /** Its place in the feed, and its version. */
  readonly at: number;
  readonly columns: JsonObject | undefined;
}

/** The rows of one entity, and the order in which they changed last. */
export interface MemoryTable {
  readonly binding: Binding;
  get(key: Key): Kept | undefined;
  /** In the order of the last changes. */
  all(): readonly Kept[];
  /** Sets columns of a row, or makes it. */
  put(key: Key, columns: JsonObject): Kept;
  remove(key: Key): void;
  /** The place of the latest change. */
  head(): number;
  /** A number for a row that came without a key. */
  number(): Key;
  /** Answers the way back to how it is now: rows, versions and places. Keys are not given out twice: what is like them are GUIDs. */
  backup(): () => void;
}

export function memoryTable(binding: Binding): MemoryTable {
  const rows = new Map<Key, Kept>();
  let clock = 0;
  let numbered = 0;
  const keep = (key: Key, columns: JsonObject | undefined): Kept => {
    const kept = { key, columns, at: (clock += 1) };
    rows.delete(key);
    rows.set(key, kept);
    return kept;
  };
  return {
    binding,
    get: (key) => rows.get(key),
    all: () => [...rows.values()],
    put: (key, columns) => keep(key, { ...rows.get(key)?.columns, ...columns }),
    remove: (key) => void (rows.get(key)?.columns && keep(key, undefined)),
    head: () => clock,
    number: () => keyOf(`${(numbered += 1)}`),
    backup() {
      const [then, at] = [[...rows], clock];
      return () => {
        rows.clear();
        for (const [key, kept] of then) rows.set(key, kept);
        clock = at;
      };
    },
  };
}

/** The row as its readers see it; `undefined` when it is gone. */
export function rowOf(kept: Kept | undefined): Row | undefined {
  return kept?.columns && { key: kept.key, version: version(`v${kept.at}`), columns: kept.columns };
}

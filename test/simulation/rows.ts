import { keyOf, version, type JsonObject, type Key, type Row, type Version } from '@concord/core';
import { CARRIES, columnsOf } from './map.ts';
import type { Nature } from './story.ts';

/** A row that is there, or was: one that is gone keeps its place in the feed. */
export interface Kept {
  readonly key: Key;
  /** Its place in the feed. */
  readonly at: number;
  readonly columns: JsonObject | undefined;
  readonly version: Version;
  readonly modifiedAtMs: number;
  readonly by: string;
  /** Whose row it is, or was. */
  readonly account: string;
}

/** The rows of one system: what it stores of what it is given, under versions of its own. */
export interface Rows {
  readonly nature: Nature;
  get(key: Key): Kept | undefined;
  /** The row of this account that is there. */
  named(account: string): Kept | undefined;
  /** The row that carries this id of ours. */
  carrying(id: string): Kept | undefined;
  /** In the order of the last changes. */
  all(): readonly Kept[];
  living(): readonly Kept[];
  make(columns: JsonObject, by: string): Kept;
  set(key: Key, columns: JsonObject, by: string): Kept;
  remove(key: Key, by: string): void;
  head(): number;
  /** Answers the way back to how it is now. Keys are not given out twice. */
  backup(): () => void;
}

export function openRows(nature: Nature, keyed: boolean, nowMs: () => number): Rows {
  const rows = new Map<Key, Kept>();
  let [clock, numbered] = [0, 0];

  function keep(key: Key, columns: JsonObject | undefined, by: string): Kept {
    clock += 1;
    const { skewMs = 0, granularityMs } = nature;
    const modifiedAtMs = Math.floor((nowMs() + skewMs) / granularityMs) * granularityMs;
    const account = String((columns ?? rows.get(key)?.columns)?.['account']);
    const kept = { key, at: clock, columns, version: versionAt(nature, clock), modifiedAtMs, by, account };
    rows.delete(key);
    rows.set(key, kept);
    return kept;
  }

  const living = (): readonly Kept[] => [...rows.values()].filter(({ columns }) => columns !== undefined);
  return {
    nature,
    get: (key) => rows.get(key),
    named: (account) => living().find(({ columns }) => columns?.['account'] === account),
    carrying: (id) => living().find(({ columns }) => columns?.[CARRIES] === id),
    all: () => [...rows.values()],
    living,
    make(columns, by) {
      numbered += 1;
      const key = keyed ? keyOf(`${nature.id}/${String(columns['account'])}`) : keyOf(`${nature.id}-${numbered}`);
      return keep(key, { ...EMPTY, ...stored(nature, columns) }, by);
    },
    set: (key, columns, by) => keep(key, { ...rows.get(key)?.columns, ...stored(nature, columns) }, by),
    remove: (key, by) => void keep(key, undefined, by),
    head: () => clock,
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

/** Systems tell a column that nobody filled as empty. */
const EMPTY: JsonObject = Object.fromEntries([...columnsOf({ combined: true }), 'owner', 'twin'].map((column) => [column, null]));

function versionAt({ id, versions }: Nature, at: number): Version {
  return version(versions === 'ordered' ? `v${at}` : `${(Math.imul(at + id.length, 0x9e_37_79_b1) >>> 0).toString(36)}-${at % 7}`);
}

const CUT = 12;

/** What a system makes of what it is given. */
export function stored({ memo, price }: Nature, columns: JsonObject): JsonObject {
  const made: Record<string, JsonObject[string]> = { ...columns };
  const { memo: text, price: amount } = columns;
  if (typeof text === 'string' && memo === 'trimmed') made['memo'] = text.trim();
  if (typeof text === 'string' && memo === 'upper case') made['memo'] = text.toUpperCase();
  if (typeof text === 'string' && memo === 'cut') made['memo'] = text.slice(0, CUT);
  if (typeof amount === 'string' && price === 'rounded') made['price'] = `${Number(amount).toFixed(2)}00`;
  return made;
}

/** A row as its readers see it. */
export function told(nature: Nature, kept: Kept): Row | undefined {
  if (!kept.columns) return undefined;
  const time = nature.skewMs === undefined ? {} : { modifiedAtMs: kept.modifiedAtMs };
  return { key: kept.key, version: kept.version, columns: kept.columns, ...time, by: kept.by };
}

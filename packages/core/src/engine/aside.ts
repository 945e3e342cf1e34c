import { messageOf } from '../errors/message-of.ts';
import { keyOf, type EntityName, type Key, type SystemId } from '../ids.ts';
import type { Json, JsonObject } from '../values.ts';
import type { Parts } from './parts.ts';

/** A feed of which more rows than this come to nothing is at fault itself: the map stops, and goes on when it can. */
const ROWS_MAX = 1000;
const WORDS_MAX = 500;

/** A row that could not be taken because something broke over it, not because of what it says. */
export interface RowAside {
  readonly system: SystemId;
  readonly entity: EntityName;
  readonly key: Key;
  readonly words: string;
  /** When it was set aside; ms since 1970 UTC. */
  readonly atMs: number;
}

/**
 * The rows of one map that are set aside, so that the others flow on. They are remembered in the ledger, and taken as soon as the feed tells
 * them again, a person retries them, or the sidecar is started: another version may know what to do with them.
 */
export interface Aside {
  load(): Promise<void>;
  /** Throws `cause` when there are too many already. */
  put(key: Key, cause: unknown): Promise<void>;
  /** It was taken, or a person gave it up. */
  drop(key: Key): Promise<void>;
  has(key: Key): boolean;
  list(): readonly RowAside[];
}

export function openAside({ ledger, committer, clock }: Parts, system: SystemId, entity: EntityName): Aside {
  const name = `aside ${system} ${entity}`;
  const rows = new Map<Key, RowAside>();

  function save(): Promise<void> {
    const told = Object.fromEntries([...rows].map(([key, { words, atMs }]) => [key, { words, atMs }] as const));
    return committer.note({ name, value: rows.size === 0 ? undefined : told });
  }

  return {
    async load() {
      rows.clear();
      for (const [text, told] of Object.entries(objectOf(await ledger.note(name)))) {
        const { words, atMs } = objectOf(told);
        const key = keyOf(text);
        rows.set(key, { system, entity, key, words: typeof words === 'string' ? words : '', atMs: Number(atMs) });
      }
    },
    async put(key, cause) {
      const words = messageOf(cause).slice(0, WORDS_MAX);
      const before = rows.get(key);
      if (before?.words === words) return;
      if (!before && rows.size >= ROWS_MAX) throw cause;
      const atMs = before?.atMs ?? clock.nowMs();
      rows.set(key, { system, entity, key, words, atMs });
      await save();
      await committer.failure({ atMs: clock.nowMs(), system, entity, key, code: 'ROW_ASIDE', words });
    },
    async drop(key) {
      if (rows.delete(key)) await save();
    },
    has: (key) => rows.has(key),
    list: () => [...rows.values()],
  };
}

function objectOf(json: Json | undefined): JsonObject {
  return isObject(json) ? json : {};
}

function isObject(json: Json | undefined): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

import { keyOf, must } from '@concord/core';
import type { Binding, EntityName, JsonObject, Key, Outcome, Row, System, SystemId, Version, Write } from '@concord/core';
import { member, textOf } from '../../shared/json/look.ts';
import { matches } from '../../shared/odata/told.ts';
import { memoryDialect } from './dialect.ts';
import { pull } from './feed.ts';
import { memoryTable, rowOf } from './table.ts';
import type { MemoryTable } from './table.ts';

export interface MemoryOptions {
  readonly id: SystemId;
  readonly bindings: readonly Binding[];
  readonly pageRows?: number;
}

/** A system and its users. What they do needs no version and is seen on the feed. */
export interface MemorySystem extends System {
  /** Sets columns of a row, or makes it. */
  put(entity: EntityName, key: Key, columns: JsonObject): void;
  remove(entity: EntityName, key: Key): void;
  rows(entity: EntityName): readonly Row[];
  /** Off: nothing can be read or written. */
  reach(on: boolean): void;
  /** The next write is applied, and its answer lost. */
  loseNextAnswer(): void;
  /** Answers how to put the system back to how it is now, with the versions and the feed of then. */
  backup(): () => void;
}

const PAGE_ROWS_DEFAULT = 500;

/** A small system in memory, for tests and examples. A row's key is the text in the first of its binding's `id` columns, or a number. */
export function memory(options: MemoryOptions): MemorySystem {
  const tables = new Map(options.bindings.map((binding) => [binding.entity, memoryTable(binding)]));
  const tableOf = (entity: EntityName): MemoryTable => must(tables.get(entity), `"${entity}" is bound to ${options.id}`);
  let reachable = true;
  let losing = false;
  const guarded = async <Answer>(answer: () => Answer): Promise<Answer | typeof AWAY> => (reachable ? answer() : AWAY);
  return {
    id: options.id,
    dialect: memoryDialect,
    changes: (entity, from) => guarded(() => pull(tableOf(entity), from, options.pageRows ?? PAGE_ROWS_DEFAULT)),
    read: (entity, key) => guarded(() => readRow(tableOf(entity), key)),
    write: (write) =>
      guarded(() => {
        const outcome = apply(tableOf(write.entity), write);
        const lost = losing;
        losing = false;
        return lost ? { kind: 'unknown', words: 'no answer came' } : outcome;
      }),
    compareVersions: (a, b) => numberIn(a) - numberIn(b),
    close: async () => void (reachable = false),
    put: (entity, key, columns) => void tableOf(entity).put(key, columns),
    remove: (entity, key) => tableOf(entity).remove(key),
    rows: (entity) =>
      tableOf(entity)
        .all()
        .flatMap((kept) => rowOf(kept) ?? []),
    reach: (on) => void (reachable = on),
    loseNextAnswer: () => void (losing = true),
    backup() {
      const ways = [...tables.values()].map((table) => table.backup());
      return () => ways.forEach((back) => back());
    },
  };
}

const AWAY = { kind: 'unreachable', words: 'the system in memory is switched off' } as const;

function readRow(table: MemoryTable, key: Key): { readonly kind: 'row'; readonly row: Row } | { readonly kind: 'missing' } {
  const row = rowOf(table.get(key));
  return row && matches(row.columns, table.binding.where) ? { kind: 'row', row } : { kind: 'missing' };
}

function apply(table: MemoryTable, write: Write): Outcome {
  if (write.kind === 'create') return create(table, write);
  const key = must(write.key, 'an update or delete names its row');
  const row = rowOf(table.get(key));
  if (!row) return { kind: 'missing' };
  if (write.expected !== undefined && write.expected !== row.version) return { kind: 'stale', row };
  if (write.kind === 'update') return written(table, key, write.columns);
  table.remove(key);
  return { kind: 'removed' };
}

function create(table: MemoryTable, { columns, match = {}, correlation }: Write): Outcome {
  const named = textOf(columns, table.binding.id?.[0] ?? '');
  const rows = table.all().flatMap((kept) => rowOf(kept) ?? []);
  const row = rows.find(
    (candidate) =>
      candidate.key === named ||
      (correlation && member(candidate.columns, correlation.column) === correlation.value) ||
      (Object.keys(match).length > 0 && matches(candidate.columns, match)),
  );
  return row ? { kind: 'exists', row } : written(table, named === undefined ? table.number() : keyOf(named), columns);
}

function written(table: MemoryTable, key: Key, columns: JsonObject): Outcome {
  const row = must(rowOf(table.put(key, columns)), 'a row that was put is there');
  return { kind: 'written', key, version: row.version, columns: row.columns };
}

function numberIn(version: Version): number {
  return Number(version.slice(1));
}

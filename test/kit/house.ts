import { memory, memoryLedger, type MemorySystem } from '@concord/adapters';
import {
  compileTable,
  entityName,
  keyOf,
  openEngine,
  parseConfig,
  policies,
  systemId,
  tellFault,
  valueIn,
  type ConflictRow,
  type Engine,
  type EngineOptions,
  type EntityName,
  type JsonObject,
  type Ledger,
  type Limits,
  type Plan,
  type RecordState,
  type Table,
} from '@concord/core';
import { clock, ids } from '@concord/server';
import { until } from './until.ts';

/** Systems in memory, a ledger, and engines that come and go on it: what the engine does, without any wire. */
export interface House {
  readonly ledger: Ledger;
  readonly tables: readonly Table[];
  readonly engine: () => Engine;
  /** Sets columns of a row in one system. */
  put(system: string, entity: string, key: string, columns: JsonObject): void;
  remove(system: string, entity: string, key: string): void;
  /** A system's rows, without their ids, in the order of their text. */
  rows(system: string, entity: string): readonly JsonObject[];
  system(id: string): MemorySystem;
  /** Opens an engine, which may have to be told to go on. */
  open(): Promise<void>;
  /** The same, until everything was listed once. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Lets so much time pass for the engine. */
  pass(ms: number): void;
  records(entity: string): Promise<readonly RecordState[]>;
  /** Values of the living records of an entity, by one field, in order. */
  values(entity: string, field: string): Promise<readonly string[]>;
  held(): Promise<readonly ConflictRow[]>;
}

/** The plainest entity there is: what a test is about is changed in it, or put behind it. */
export const ITEM_YAML = `
  item:
    a: { set: items, id: [id] }
    b: { set: items, id: [id] }
    key: [code]
    fields:
      code: { a: code, b: code }
      text: { a: text, b: text }
`;

/** `entities` is the YAML of the entities, as a user writes it, with the systems `a` and `b`. */
export function openHouse(
  entities: string,
  ledger: Ledger = memoryLedger(),
  around: (system: MemorySystem) => MemorySystem = same,
  limits: Partial<Limits> = {},
  more: Pick<EngineOptions, 'tracing' | 'retention' | 'compareEveryMs'> = {},
): House {
  const config = configOf(entities);
  const bindings = (id: string) => config.entities.flatMap(({ sides }) => sides[id] ?? []);
  const systems = new Map(['a', 'b'].map((id) => [id, around(memory({ id: systemId(id), bindings: bindings(id) }))]));
  const tables = config.entities.map((map) => compileTable(map, policies));
  let engine: Engine | undefined;
  let skewMs = 0;

  function system(id: string): MemorySystem {
    const found = systems.get(id);
    if (!found) throw new Error(`there is no system ${id}`);
    return found;
  }

  function running(): Engine {
    if (!engine) throw new Error('no engine runs');
    return engine;
  }

  async function open(): Promise<void> {
    engine = openEngine({
      tables,
      systems: [...systems.values()],
      ledger,
      clock: { ...clock, nowMs: () => clock.nowMs() + skewMs },
      ids,
      log: { event: () => undefined },
      limits: { pollMs: 10, gatherMs: 1, retryMs: 5, retryMsMax: 20, ...limits },
      ...more,
    });
    await engine.start();
  }

  async function start(): Promise<void> {
    await open();
    await until(() =>
      running()
        .status()
        .maps.every((map) => map.listed)
        ? undefined
        : 'not every map is listed',
    );
  }

  async function records(entity: string): Promise<readonly RecordState[]> {
    return (await ledger.records({ entity: entityName(entity), limit: 500 })).items;
  }

  return {
    ledger,
    tables,
    engine: running,
    system,
    put: (id, entity, key, columns) => system(id).put(name(entity), keyOf(key), { id: key, ...columns }),
    remove: (id, entity, key) => system(id).remove(name(entity), keyOf(key)),
    rows: (id, entity) =>
      system(id)
        .rows(name(entity))
        .map(({ columns: { id: _id, ...columns } }) => columns)
        .toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1)),
    open,
    start,
    stop: async () => {
      await engine?.stop();
      engine = undefined;
    },
    pass: (ms) => void (skewMs += ms),
    records,
    values: async (entity, field) => {
      const living = (await records(entity)).filter(
        (record) => valueIn(record, '$life') === 'live' && record.relations?.mergedInto === undefined,
      );
      return living.map((record) => String(valueIn(record, field) ?? '')).toSorted(byText);
    },
    held: async () => (await ledger.conflicts({ state: 'held', limit: 500 })).items,
  };
}

export function byText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function same(system: MemorySystem): MemorySystem {
  return system;
}

function name(entity: string): EntityName {
  return entityName(entity);
}

function configOf(entities: string) {
  const text = `systems:\n  a: { adapter: memory }\n  b: { adapter: memory }\nentities:\n${entities}`;
  const parsed = parseConfig(text, { file: 'house.yaml', env: {} });
  if (parsed.kind === 'faults') throw new Error(parsed.faults.map(tellFault).join('\n'));
  return parsed.config;
}

/** A ledger in memory that takes no plan of which this is true: what a crash would have left undone. */
export function breaking(isBroken: (plan: Plan) => boolean): Ledger {
  const ledger = memoryLedger();
  return {
    ...ledger,
    commit: (commit) => (commit.plans.some(isBroken) ? Promise.reject(new Error('it is not to be written')) : ledger.commit(commit)),
  };
}

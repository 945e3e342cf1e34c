import { memory, memoryLedger, type MemorySystem } from '@concord/adapters';
import {
  compileTable,
  entityName,
  keyOf,
  openEngine,
  policies,
  systemId,
  type Engine,
  type EngineOptions,
  type JsonObject,
  type Ledger,
  type Row,
  type TableMap,
} from '@concord/core';
import { clock, ids } from '@concord/server';
import { configIn } from './config-in.ts';
import { until } from './until.ts';

const ITEM = entityName('item');
/** Whatever columns a configuration names, the systems have. */
const ALL = { entity: ITEM, set: 'items', id: ['id'], columns: [], where: {}, constants: {} } as const;

/** Three systems with items, and one ledger on which engines run one after another, each with a configuration of its own. */
export interface Changing {
  readonly ledger: Ledger;
  readonly engine: () => Engine;
  readonly system: (id: string) => MemorySystem;
  put(system: string, key: string, columns: JsonObject): void;
  /** The key of the row with a code. */
  row(system: string, code: string): string | undefined;
  /** A column of all rows of a system, by their code. */
  column(system: string, name: string): Readonly<Record<string, unknown>>;
  /** Starts with this configuration of the item, in place of the one that ran. */
  become(item: string, more?: Pick<EngineOptions, 'evolve'>): Promise<void>;
  /** Until everything was read and written, and nothing of a configuration is left to be carried out. */
  calm(): Promise<void>;
  stop(): Promise<void>;
}

function withColumns(system: MemorySystem, blank: JsonObject): MemorySystem {
  const whole = (row: Row): Row => ({ ...row, columns: { ...blank, ...row.columns } });
  return {
    ...system,
    async read(entity, key) {
      const read = await system.read(entity, key);
      return read.kind === 'row' ? { kind: 'row', row: whole(read.row) } : read;
    },
    async changes(entity, from) {
      const pull = await system.changes(entity, from);
      if (pull.kind !== 'page') return pull;
      return { ...pull, sightings: pull.sightings.map((one) => (one.kind === 'row' ? { kind: 'row', row: whole(one.row) } : one)) };
    },
  };
}

export function mapOf(item: string): TableMap | undefined {
  return configIn(`systems:\n${['a', 'b', 'c'].map((id) => `  ${id}: { adapter: memory }\n`).join('')}entities:\n  item:\n${item}`)
    .entities[0];
}

/** `blank`: the columns that every row has, empty where nobody has set them. */
export function openChanging(blank: JsonObject = {}): Changing {
  const ledger = memoryLedger();
  const systems = new Map(['a', 'b', 'c'].map((id) => [id, withColumns(memory({ id: systemId(id), bindings: [ALL] }), blank)]));
  let engine: Engine | undefined;

  function system(id: string): MemorySystem {
    const found = systems.get(id);
    if (!found) throw new Error(`there is no system ${id}`);
    return found;
  }

  function running(): Engine {
    if (!engine) throw new Error('no engine runs');
    return engine;
  }

  async function stop(): Promise<void> {
    await engine?.stop();
    engine = undefined;
  }

  return {
    ledger,
    engine: running,
    system,
    put: (id, key, columns) => system(id).put(ITEM, keyOf(key), { id: key, ...columns }),
    row: (id, code) =>
      system(id)
        .rows(ITEM)
        .find(({ columns }) => columns['code'] === code)?.key,
    column: (id, name) =>
      Object.fromEntries(
        system(id)
          .rows(ITEM)
          .map(({ columns }) => [String(columns['code']), columns[name] ?? null]),
      ),
    async become(item, more = {}) {
      await stop();
      const map = mapOf(item);
      if (!map) throw new Error('there is no item');
      engine = openEngine({
        tables: [compileTable(map, policies)],
        systems: Object.keys(map.sides).map(system),
        ledger,
        clock,
        ids,
        log: { event: () => undefined },
        limits: { pollMs: 10, gatherMs: 1, retryMs: 5, retryMsMax: 20 },
        ...more,
      });
      await engine.start();
    },
    calm: () =>
      until(() => {
        const status = running().initial(ITEM);
        return status?.state === 'done' && running().isQuiet() ? undefined : `${status?.state}: ${JSON.stringify(running().status().maps)}`;
      }),
    stop,
  };
}

import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { openSystem, sqliteLedger } from '@concord/adapters';
import { compileTable, openEngine, policies, systemsOf, type Config, type Engine, type Ledger, type System, type Table } from '@concord/core';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { buildApp } from './app.ts';
import { clock, ids, logTo } from './surroundings.ts';

/** A running sidecar. */
export interface Sidecar {
  readonly engine: Engine;
  readonly ledger: Ledger;
  readonly app: FastifyInstance;
  /** Where the REST API answers, without a slash at the end. */
  readonly url: string;
  /** Lets what is under way come to its end, then lets go of everything. */
  stop(): Promise<void>;
}

/** Puts the parts together: the only place that knows every package. Throws when an option is wrong or the ledger cannot be used. */
export async function startSidecar(config: Config, logger: Logger): Promise<Sidecar> {
  const tables = config.entities.map((map) => compileTable(map, policies));
  const systems = await openSystems(config);
  mkdirSync(dirname(config.ledger.file), { recursive: true });
  const ledger = sqliteLedger({ file: config.ledger.file });
  const engine = openEngine({ tables, systems, ledger, clock, ids, log: logTo(logger), limits: config.limits });
  const app = buildApp({ engine, ledger, tables: tablesByEntity(tables), systems: systems.map(({ id }) => id), logger });
  const url = await app.listen({ host: config.server.host, port: config.server.port });
  await engine.start();
  return {
    engine,
    ledger,
    app,
    url,
    async stop() {
      await app.close();
      await engine.stop();
      await Promise.all(systems.map((system) => system.close()));
      await ledger.close();
    },
  };
}

function openSystems(config: Config): Promise<readonly System[]> {
  const sides = config.entities.flatMap((map) => systemsOf(map).map((id) => ({ id, side: map.sides[id] })));
  const bindings = (id: string) => sides.flatMap((item) => (item.id === id && item.side ? [item.side] : []));
  return Promise.all(
    Object.values(config.systems).map(({ id, adapter, options }) => openSystem(adapter, options, { id, bindings: bindings(id) })),
  );
}

function tablesByEntity(tables: readonly Table[]): ReadonlyMap<string, Table> {
  return new Map(tables.map((table) => [table.map.entity, table]));
}

import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  askedSandbox,
  endLine,
  headLine,
  openSystem,
  quickjsSandbox,
  sqliteLedger,
  type AskedSandbox,
  type Opened,
  type SqliteLedger,
  type OptionFault,
} from '@concord/adapters';
import {
  checkLenses,
  compileTable,
  ConcordError,
  openEngine,
  policyKinds,
  type Complaint,
  type Config,
  type Deciding,
  type ConfigParts,
  type Engine,
  type Ledger,
  type RetentionOptions,
  type System,
  type Table,
  type TableSide,
} from '@concord/core';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Door } from './access/gate.ts';
import { sensitiveIn } from './access/mask.ts';
import { serverFactory } from './access/tls.ts';
import { openKeyring } from './access/keyring.ts';
import { openSessions } from './access/sessions.ts';
import type { Caller } from './access/roles.ts';
import { openAlerts } from './alerts/alerts.ts';
import type { AlertMemory } from './alerts/remembered.ts';
import { destinationFaults, openDestinations } from './alerts/destinations.ts';
import { buildApp } from './app.ts';
import { openArchive } from './archive.ts';
import { openDesk, type Desk } from './beside/desk.ts';
import { configWrong } from './config-wrong.ts';
import { listenWords } from './failure.ts';
import { backupFile } from './backups.ts';
import { withDisk } from './disk.ts';
import { secretOf } from './secret.ts';
import { clock, ids, logTo, withoutValues } from './surroundings.ts';
import { openTrends } from './trends/trends.ts';
import { openTracing, tracingFaults } from './tracing/tracing.ts';

/** The REST API answers nobody without a key. */
const NO_KEYS = 'There are no API keys yet. Make one: concord keys add --config <file> --name <yours> --role admin';

/** A running sidecar. */
export interface Sidecar {
  readonly engine: Engine;
  readonly ledger: Ledger;
  readonly app: FastifyInstance;
  /** Every route of the API. */
  readonly doors: readonly Door[];
  /** Where the REST API answers, without a slash at the end. */
  readonly url: string;
  /** An address that signs this caller in, once, within the hour. */
  signInLink(caller: Caller): string;
  /** Lets what is under way come to its end, then lets go of everything. */
  stop(): Promise<void>;
}

/** Puts the parts together: the only place that knows every package. Throws when an option is wrong or the ledger cannot be used. */
export async function startSidecar(config: Config, given: Logger): Promise<Sidecar> {
  const logger = withoutValues(given);
  const destinations = openDestinations(config, clock);
  const sandbox = askedSandbox();
  const kinds = policyKinds(config.policies, sandbox);
  const tables = config.entities.map((map) => compileTable(map, kinds));
  const traced = await openTracing(config, process.env, (words) => logger.warn(words));
  const systems = await openSystems(config);
  for (const { path, text } of await lensWarnings(tables, systems)) logger.warn(`${path.join('.')}: ${text}`);
  mkdirSync(dirname(config.ledger.file), { recursive: true });
  const ledger = sqliteLedger({ file: config.ledger.file });
  const log = logTo(logger, sensitiveIn(config));
  const { compacting, ...desks } = openDesks(config, ledger);
  const retention = retentionIn(config, ledger, compacting);
  const more = { ...runningIn(config), retention, ...decidingIn(config, sandbox), ...traced?.given };
  const engine = openEngine({ tables, systems, ledger, clock, ids, log, ...more });
  const status = withDisk(config.ledger.file, () => engine.status(), clock.nowMs);
  const keyring = openKeyring(config.server.keys, clock.nowMs, (words) => logger.error(words));
  const trends = openTrends({ ledger, status, clock });
  const sessions = openSessions(keyring, clock.nowMs);
  if (keyring.keys().size === 0) logger.warn(NO_KEYS);
  const alerts = alertsIn(config, { destinations, status, ledger, logger });
  const app = buildApp({
    ...(alerts ? { alertTallies: alerts.tallies } : {}),
    config,
    ...desks,
    engine,
    status,
    ledger,
    tables: tablesByEntity(tables),
    kinds,
    systems: systems.map(({ id }) => id),
    keyring,
    sessions,
    trends,
    hookSecrets: config.server.hooks,
    secret: await secretOf(ledger, log),
    logger,
    ledgerBytes: () => bytesOf([config.ledger.file, `${config.ledger.file}-wal`]),
    backUp: () => ledger.backUp(backupFile(config.ledger, clock.nowMs())),
  });
  const letGo = () => Promise.all([...Object.values(desks), compacting, sandbox].map((one) => one.close()));
  const url = await listen(app, config.server).catch(async (cause: unknown) => {
    await Promise.all([closeAll(systems), ledger.close(), letGo()]);
    throw cause;
  });
  await engine.start().catch(async (cause: unknown) => {
    await app.close();
    await engine.stop();
    await Promise.all([closeAll(systems), ledger.close(), letGo()]);
    throw cause;
  });
  alerts?.start();
  trends.start();
  // Behind the `#` it is sent to nobody, and stands in no log: the page there gives it, and takes it out of the address.
  const signInLink = (caller: Caller): string => `${url}/sign-in#once=${sessions.link(caller)}`;
  const { doors } = app;
  const parts = { engine, ledger, app, doors, url, signInLink };
  return {
    ...parts,
    async stop() {
      // Whoever waits for a desk is told first: the app closes once everybody has an answer.
      await Promise.all(Object.values(desks).map((desk) => desk.close()));
      await app.close();
      await alerts?.stop();
      await trends.stop();
      await settled(engine.stop(), systems);
      await Promise.all([ledger.close(), letGo(), traced?.close()]);
    },
  };
}

interface Watched {
  readonly destinations: ReturnType<typeof openDestinations>;
  readonly status: Engine['status'];
  readonly ledger: Ledger;
  readonly logger: Logger;
}

function alertsIn({ alerts }: Config, { destinations, status, ledger, logger }: Watched) {
  const warn = (fields: object, words: string): void => logger.warn(fields, words);
  const memory = alertMemory(ledger);
  return alerts && openAlerts({ config: alerts, destinations, status, counts: () => ledger.counts(), memory, clock, warn });
}

/** How the engine runs. */
function runningIn({ limits, compare, evolve = 'auto' }: Config) {
  return { limits, evolve, ...(compare ? { compareEveryMs: compare.everyMs } : {}) };
}

/** Without policies of the user's own there is nothing to wait for, and every decision is made at once. */
function decidingIn({ policies }: Config, { deciding }: AskedSandbox): { readonly deciding?: Deciding } {
  return Object.keys(policies).length === 0 ? {} : { deciding };
}

/** A laboratory may read the whole ledger; a text is short. */
const LABORATORY = { name: 'The laboratory', seconds: 300, megabytes: 512, waiting: 0 } as const;
const VALIDATING = { name: 'The check of a configuration', seconds: 20, megabytes: 256, waiting: 3 } as const;

/** One record at a time, and those that are very long are left for a sidecar that is stopped. */
const COMPACTING = { name: 'The compaction of a record', seconds: 120, megabytes: 512, waiting: 0 } as const;

function retentionIn({ ledger: { file, retention } }: Config, ledger: SqliteLedger, desk: Desk): RetentionOptions {
  const { archive, ...often } = retention ?? {};
  return {
    ...often,
    find: (record, beforeMs, beforeSeq) => desk.work('compact', { record, beforeMs, beforeSeq }),
    ...(archive === undefined
      ? {}
      : {
          archive: openArchive(
            archive,
            file,
            { head: headLine(), end: endLine, historyLines: (id) => ledger.historyLines(id) },
            clock.nowMs,
          ),
        }),
    // Its thread is needed once a day.
    ended: () => desk.close(),
  };
}

interface Desks {
  readonly laboratory: Desk;
  readonly validating: Desk;
  readonly compacting: Desk;
}

function openDesks(config: Config, ledger: Ledger): Desks {
  const { entities, policies, systems } = config;
  const given = { config: { entities, policies, systems: Object.keys(systems) } };
  return {
    laboratory: openDesk(given, ledger, LABORATORY),
    validating: openDesk(given, ledger, VALIDATING),
    compacting: openDesk(given, ledger, COMPACTING),
  };
}

/** What was told of alerts stands in the ledger, as everything does that is to outlast a restart. */
function alertMemory(ledger: Ledger): AlertMemory {
  return {
    read: () => ledger.note(ALERTS_TOLD),
    async write(value) {
      await ledger.commit({ plans: [], cursors: [], failures: [], acts: [], notes: [{ name: ALERTS_TOLD, value }] });
    },
  };
}

const ALERTS_TOLD = 'alerts told';

function bytesOf(files: readonly string[]): number {
  return files.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
}

/** Answers the URL. Throws PORT_TAKEN when the port cannot be had. */
async function listen(app: FastifyInstance, { host, port, tls }: Config['server']): Promise<string> {
  try {
    const url = await app.listen({ host, port });
    // Fastify does not know what the server speaks that it was given.
    return tls ? url.replace(/^http:/u, 'https:') : url;
  } catch (cause) {
    const words = listenWords(cause);
    if (words === undefined) throw cause;
    throw new ConcordError('PORT_TAKEN', { host, port, words, instead: 'name another port under `server` in the configuration' }, cause);
  }
}

/** What is under way to the systems may come to its end for so long; what is cut off then is read and tried again at the next start. */
const GRACE_MS_MAX = 5_000;

async function settled(stopped: Promise<void>, systems: readonly System[]): Promise<void> {
  const timer = setTimeout(() => void closeAll(systems), GRACE_MS_MAX);
  await stopped;
  clearTimeout(timer);
  await closeAll(systems);
}

async function closeAll(systems: readonly System[]): Promise<void> {
  await Promise.all(systems.map((system) => system.close()));
}

/** Opens every system of a configuration. Throws CONFIG_WRONG with everything that its adapters do not accept. */
export async function openSystems(config: Config): Promise<readonly System[]> {
  const opened = await openAll(config.systems, sidesOf(config));
  const faults = faultsOf(opened);
  if (faults.length > 0) throw configWrong(config.file, faults);
  return opened.flatMap(({ opened: one }) => (one.kind === 'system' ? [one.system] : []));
}

/** What adapters, destinations and the server itself say of their part of a configuration. Nothing is sent to any system. */
export async function examineParts(parts: ConfigParts): Promise<readonly Complaint[]> {
  const opened = await openAll(parts.systems, parts.sides);
  await closeAll(opened.flatMap(({ opened: one }) => (one.kind === 'system' ? [one.system] : [])));
  return [...faultsOf(opened), ...destinationFaults(parts.destinations), ...tracingFaults(parts), ...tlsFaults(parts)];
}

/** Transforms of a configuration by which a value does not come back as it was sent. */
export async function examineLenses(config: Config): Promise<readonly Complaint[]> {
  const systems = await openSystems(config);
  const sandbox = quickjsSandbox();
  try {
    const kinds = policyKinds(config.policies, sandbox);
    return await lensWarnings(
      config.entities.map((map) => compileTable(map, kinds)),
      systems,
    );
  } finally {
    await Promise.all([closeAll(systems), sandbox.close()]);
  }
}

async function lensWarnings(tables: readonly Table[], systems: readonly System[]): Promise<readonly Complaint[]> {
  const told: Complaint[] = [];
  for (const table of tables) {
    for (const system of systems.filter(({ id }) => table.systems.includes(id))) {
      for (const { field, words } of await checkLenses(table, system)) {
        const path = ['entities', table.map.entity, 'fields', field, system.id];
        told.push({ path, at: 'key', text: `${words}.`, suggestion: 'Correct them, or say "lossy: true".' });
      }
    }
  }
  return told;
}

/** The files are read as they will be at the start. */
function tlsFaults({ tls }: ConfigParts): readonly Complaint[] {
  if (!tls) return [];
  try {
    serverFactory(tls, { requestTimeout: 0, lookAgainMs: 0, complain: () => undefined });
    return [];
  } catch (cause) {
    if (!(cause instanceof ConcordError)) throw cause;
    return [
      {
        path: ['server', 'tls', cause.params['file'] === tls.key ? 'key' : 'cert'],
        at: 'value',
        text: cause.message,
        suggestion: cause.remedy,
      },
    ];
  }
}

interface Opening {
  readonly id: string;
  readonly opened: Opened;
}

function faultsOf(opened: readonly Opening[]): readonly Complaint[] {
  return opened.flatMap(({ id, opened: one }) => (one.kind === 'faults' ? one.faults.map((fault) => complaintOf(id, fault)) : []));
}

function sidesOf({ entities }: Config): readonly TableSide[] {
  return entities.flatMap((map) => Object.values(map.sides));
}

function openAll(systems: Config['systems'], sides: readonly TableSide[]): Promise<readonly Opening[]> {
  return Promise.all(
    Object.values(systems).map(async ({ id, adapter, options }) => {
      const bindings = sides.filter(({ system }) => system === id);
      return { id, opened: await openSystem(adapter, options, { id, bindings }) };
    }),
  );
}

function complaintOf(id: string, { path, text, entity }: OptionFault): Complaint {
  return { path: entity === undefined ? ['systems', id, ...path] : ['entities', entity, id], at: 'value', text };
}

function tablesByEntity(tables: readonly Table[]): ReadonlyMap<string, Table> {
  return new Map(tables.map((table) => [table.map.entity, table]));
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDataverse, startFinops, type DataverseSettings, type Emulator, type FinopsSettings } from '@concord/adapters';
import { startSidecar, type Sidecar } from '@concord/server';
import type { Config, Json, JsonObject } from '@concord/core';
import { pino } from 'pino';
import { isObject, member, objectsOf } from '../../packages/adapters/src/shared/json/look.ts';
import { AS_ADMIN, keyOf, writeKeys } from './key.ts';
import { startProcess, type Refusal, type SidecarProcess } from './sidecar-process.ts';
import { annaIn, benIn, type Person } from './town-people.ts';
import { RULES, SECRETS, townConfig, townYaml, type TownRules } from './town-config.ts';
import { differences } from './town-rows.ts';
import { ceSeed, fnoSeed } from './town-tables.ts';
import { unrest } from './stillness.ts';
import { until } from './until.ts';

/** Far above what Dataverse allows: a scenario that is about the limit sets its own. */
const REQUESTS_MAX = 1_000_000;
const SHOWN_MAX = 3;

/** Two emulated systems, two people, and sidecars that come and go on one ledger. */
export interface Town {
  readonly ce: Emulator<DataverseSettings>;
  readonly fno: Emulator<FinopsSettings>;
  /** Works in `ce`. */
  readonly anna: Person;
  /** Works in `fno`. */
  readonly ben: Person;
  readonly ledgerFile: string;
  /** For commands: the configuration, and the environment that it takes addresses and secrets from. */
  readonly configFile: string;
  readonly env: Readonly<Record<string, string>>;
  /** Starts the sidecar inside this process, with hooks from both systems; `change` makes another configuration of the town's. */
  startInside(change?: (config: Config) => Config): Promise<Sidecar>;
  /** Starts it as a process of its own, with hooks from both systems. Throws when it refuses. */
  startOutside(): Promise<SidecarProcess>;
  /** The same, for a start that may be refused; without hooks. */
  tryOutside(): Promise<SidecarProcess | Refusal>;
  /** Has both systems tell their changes to a sidecar, or to nobody. */
  hook(url: string | undefined): void;
  close(): Promise<void>;
}

export async function openTown(customers: number, given: Partial<TownRules> & { readonly heapMib?: number } = {}): Promise<Town> {
  const ce = await startDataverse({ seed: ceSeed(customers), settings: { requestsMax: REQUESTS_MAX } });
  const fno = await startFinops({ seed: fnoSeed(customers), settings: { company: 'abct' } });
  const [anna, ben] = await Promise.all([annaIn(ce.url), benIn(fno.url)]);
  const folder = mkdtempSync(join(tmpdir(), 'concord-town-'));
  const [ledgerFile, configFile] = [join(folder, 'ledger.db'), join(folder, 'concord.yaml')];
  const env = { ...SECRETS, CE_URL: ce.url, FNO_URL: fno.url, CONCORD_KEY: keyOf('admin'), ...limited(given.heapMib) };
  const yaml = townYaml({ ...RULES, ...given }, 0);
  writeFileSync(configFile, yaml);
  writeKeys(join(folder, 'concord.keys.json'));
  const running = new Set<() => Promise<unknown>>();

  const isUp = (): boolean => [ce, fno].every(({ faults }) => !faults.isDown() && faults.list().length === 0);

  function hook(url: string | undefined): void {
    for (const [name, system] of [['ce', ce] as const, ['fno', fno] as const]) {
      system.hooks.remove();
      if (url !== undefined) system.hooks.add({ url: `${url}/hooks/${name}` });
    }
  }

  async function startInside(change = (config: Config): Config => config): Promise<Sidecar> {
    const sidecar = await startSidecar(change(townConfig(yaml, env, ledgerFile)), pino({ level: 'silent' }));
    hook(sidecar.url);
    const stop = async (): Promise<void> => {
      if (!running.delete(stop)) return;
      const words = isUp() ? await unrest(sidecar.engine) : undefined;
      await sidecar.stop();
      if (words !== undefined) throw new Error(words);
    };
    running.add(stop);
    return { ...sidecar, stop };
  }

  async function tryOutside(): Promise<SidecarProcess | Refusal> {
    const started = await startProcess(configFile, env);
    if (!('url' in started)) return started;
    const kill = (): Promise<unknown> => started.end('SIGKILL');
    running.add(kill);
    return {
      ...started,
      end: (signal) => {
        running.delete(kill);
        return started.end(signal);
      },
    };
  }

  async function startOutside(): Promise<SidecarProcess> {
    const started = await tryOutside();
    if (!('url' in started)) throw new Error(`The sidecar ended with status ${started.status}: ${started.words}`);
    hook(started.url);
    return started;
  }

  async function close(): Promise<void> {
    try {
      for (const stop of running) await stop();
    } finally {
      await Promise.all([ce.close(), fno.close()]);
      rmSync(folder, { recursive: true, force: true });
    }
  }

  return { ce, fno, anna, ben, ledgerFile, configFile, env, startInside, startOutside, tryOutside, hook, close };
}

/** For whatever is started outside: as it is deployed, and it ends when it needs more. */
function limited(heapMib: number | undefined): Readonly<Record<string, string>> {
  const told = process.env['NODE_OPTIONS'] ?? '';
  return heapMib === undefined ? {} : { NODE_OPTIONS: `${told} --max-semi-space-size=64 --max-old-space-size=${heapMib}` };
}

/** Fetches from the REST API. Throws unless the answer is of the kind 2xx. */
export async function ask(url: string, path: string, post?: JsonObject): Promise<Json> {
  const json = { 'content-type': 'application/json' };
  const sent =
    post === undefined ? { headers: AS_ADMIN } : { method: 'POST', headers: { ...AS_ADMIN, ...json }, body: JSON.stringify(post) };
  const answer = await fetch(`${url}${path}`, sent);
  const told: Json = JSON.parse(await answer.text());
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${JSON.stringify(told)}`);
  return told;
}

/** The items of a list of the REST API. */
export async function askList(url: string, path: string): Promise<readonly JsonObject[]> {
  return objectsOf(await ask(url, path), 'items');
}

/** Waits until the sidecar has read everything that was there when it was asked, and has nothing left to write. */
export async function untilCaughtUp(url: string, limitMs?: number): Promise<void> {
  const sinceMs = Date.now();
  await until(async () => unfinished(await ask(url, '/healthz'), sinceMs), limitMs);
}

/** Waits until the sidecar has read everything that one system held when it was asked. */
export async function untilRead(url: string, system: 'ce' | 'fno'): Promise<void> {
  const sinceMs = Date.now();
  await until(async () => {
    const behind = mapsBehind(await ask(url, '/healthz'), sinceMs).filter((map) => map['system'] === system);
    return behind.length === 0 ? undefined : JSON.stringify(behind);
  });
}

/** As `untilCaughtUp`, and both systems hold the same. */
export async function untilEqual(town: Town, url: string, limitMs?: number): Promise<void> {
  const sinceMs = Date.now();
  await until(async () => unfinished(await ask(url, '/healthz'), sinceMs) ?? differing(town), limitMs);
}

function differing(town: Town): string | undefined {
  const found = differences(town);
  return found.length === 0 ? undefined : `${found.length} rows differ: ${found.slice(0, SHOWN_MAX).join('; ')}`;
}

function unfinished(health: Json, sinceMs: number): string | undefined {
  const behind = mapsBehind(health, sinceMs);
  const sending = objectsOf(health, 'deliveries').filter((queue) => queue['waiting'] !== 0 || queue['underWay'] !== 0);
  const due = member(member(health, 'ledger'), 'due');
  if (behind.length === 0 && sending.length === 0 && due === 0) return undefined;
  return JSON.stringify({ behind, sending, ledger: member(health, 'ledger') ?? null });
}

function mapsBehind(health: Json, sinceMs: number): readonly JsonObject[] {
  return objectsOf(health, 'maps').filter((map) => map['state'] !== 'live' || Number(map['upToMs'] ?? 0) < sinceMs);
}

/** Makes edits while Concord can reach neither system: nobody's edit is seen before the last one is made. */
export async function whileApart(town: Town, edits: () => Promise<unknown>): Promise<void> {
  const cut = [town.ce, town.fno].map(
    (system) => [system, system.faults.add({ principal: 'concord', action: { kind: 'dropBefore' } })] as const,
  );
  await edits();
  for (const [system, rule] of cut) system.faults.clear(rule);
}

/** A number that the health report tells of the ledger. */
export async function counted(url: string, what: 'records' | 'held' | 'due' | 'waiting' | 'parked'): Promise<number> {
  return Number(member(member(await ask(url, '/healthz'), 'ledger'), what));
}

/** How many writes of Concord's own a system has committed. */
export function ownWrites(emulator: Pick<Emulator, 'stats'>): number {
  const writes = emulator.stats().principals['concord']?.writes ?? {};
  return Object.values(writes).reduce((sum, sets) => sum + Object.values(sets).reduce((all, count) => all + count, 0), 0);
}

/** The record of a customer, as the REST API tells it. */
export async function recordOf(url: string, account: string): Promise<JsonObject> {
  const key = encodeURIComponent(`dataAreaId='abct',CustomerAccount='${account}'`);
  const [record] = await askList(url, `/v1/records?entity=customer&system=fno&key=${key}`);
  if (!isObject(record)) throw new Error(`There is no record of ${account}.`);
  return record;
}

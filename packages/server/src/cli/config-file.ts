import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { quickjsSandbox } from '@concord/adapters';
import {
  compareFaults,
  ConcordError,
  parseConfig,
  type Config,
  type Fault,
  type Modules,
  type ParsedConfig,
  type Sandbox,
} from '@concord/core';
import { examineParts } from '../compose.ts';
import { configWrong } from '../config-wrong.ts';

/** Reads and checks a configuration file. Throws CONFIG_MISSING when there is none. */
export function readConfig(file: string): ParsedConfig {
  if (!existsSync(file)) throw new ConcordError('CONFIG_MISSING', { file });
  const sandbox = quickjsSandbox();
  try {
    return parseConfig(readFileSync(file, 'utf8'), { file, env: process.env, modules: modulesOf(file, sandbox) });
  } finally {
    void sandbox.close();
  }
}

/** How policies of the user's own are loaded, their paths counted from the folder of a file. */
export function modulesOf(file: string, sandbox: Sandbox): Modules {
  return { sandbox, read: (path) => readText(resolve(dirname(file), path)) };
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** The configuration, with paths counted from its own folder. Throws CONFIG_WRONG with every fault of the file itself. */
export function loadConfig(file: string): Config {
  const read = readConfig(file);
  if (read.kind === 'faults') throw configWrong(file, read.faults);
  return withPaths(file, read.config);
}

/** Every fault of a configuration, in the order of its lines; also those that only adapters, certificates and destinations can tell. */
export async function faultsOf(file: string, { parts, place, ...read }: ParsedConfig): Promise<readonly Fault[]> {
  const own = read.kind === 'faults' ? read.faults : [];
  const at = pathsFrom(file);
  const { tls } = parts;
  const complaints = await examineParts({ ...parts, ...(tls ? { tls: { cert: at(tls.cert), key: at(tls.key) } } : {}) });
  // What follows from a fault that is told already is no news.
  const fresh = complaints.filter(
    ({ path }) => !own.some((fault) => isWithin(path.join('.'), fault.path) || isWithin(fault.path, path.join('.'))),
  );
  return [...own, ...fresh.map(place)].toSorted(compareFaults);
}

function isWithin(path: string, other: string): boolean {
  return path === other || path.startsWith(`${other}.`);
}

function pathsFrom(file: string): (path: string) => string {
  return (path) => resolve(dirname(file), path);
}

export function withPaths(file: string, config: Config): Config {
  const at = pathsFrom(file);
  const { file: ledger, backups, retention } = config.ledger;
  const archive = retention?.archive;
  const kept = retention ? { retention: { ...retention, ...(archive === undefined ? {} : { archive: at(archive) }) } } : {};
  const { keys, tls } = config.server;
  const server = { ...config.server, keys: at(keys), ...(tls ? { tls: { cert: at(tls.cert), key: at(tls.key) } } : {}) };
  return { ...config, server, ledger: { file: at(ledger), ...(backups === undefined ? {} : { backups: at(backups) }), ...kept } };
}

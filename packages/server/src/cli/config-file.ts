import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { quickjsSandbox } from '@concord/adapters';
import { ConcordError, parseConfig, type Config, type Fault, type Modules, type Sandbox } from '@concord/core';
import { configWrong } from '../config-wrong.ts';

export type Read =
  | { readonly kind: 'ok'; readonly config: Config; readonly warnings: readonly Fault[] }
  | { readonly kind: 'faults'; readonly faults: readonly Fault[] };

/** Reads and checks a configuration file. Throws CONFIG_MISSING when there is none. */
export function readConfig(file: string): Read {
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

/** The configuration, with paths counted from its own folder. Throws CONFIG_WRONG with every fault. */
export function loadConfig(file: string): Config {
  const read = readConfig(file);
  if (read.kind === 'faults') throw configWrong(file, read.faults);
  const { config } = read;
  const { file: ledger, backups } = config.ledger;
  const at = (path: string): string => resolve(dirname(file), path);
  const { keys, tls } = config.server;
  const server = { ...config.server, keys: at(keys), ...(tls ? { tls: { cert: at(tls.cert), key: at(tls.key) } } : {}) };
  return { ...config, server, ledger: { file: at(ledger), ...(backups === undefined ? {} : { backups: at(backups) }) } };
}

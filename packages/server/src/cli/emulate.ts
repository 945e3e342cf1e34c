import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSeed, startDataverse, startFinops, type Seed } from '@concord/adapters';
import { ConcordError, messageOf } from '@concord/core';
import { listenWords } from '../failure.ts';
import { untilStopped } from './stop-signal.ts';

const starters = { dataverse: startDataverse, finops: startFinops };
export const EMULATED = Object.keys(starters);

export interface EmulateGiven {
  readonly port: string;
  readonly seed?: string;
  readonly data?: string;
}

/** Starts one emulated system and keeps it running until it is asked to stop. */
export async function emulate(system: string, given: EmulateGiven): Promise<number> {
  if (!isEmulated(system)) throw new ConcordError('EMULATOR_UNKNOWN', { system, systems: EMULATED.join(', ') });
  const port = portOf(given.port);
  const { file, ...held } = heldBy(system, given);
  const kept = file === undefined ? {} : { keep: (seed: Seed) => keepIn(file, seed), chanceSeed: Date.now() };
  const emulator = await starters[system]({ port, ...held, ...kept }).catch((thrown: unknown) => {
    const words = listenWords(thrown);
    if (words === undefined) throw thrown;
    throw new ConcordError('PORT_TAKEN', { host: HOST, port, words, instead: 'give another one with --port' }, thrown);
  });
  if (file !== undefined) keepIn(file, emulator.dump());
  console.log(`${system} is emulated at ${emulator.url} (clients concord, anna, ben; secret: the name with -secret). Ctrl-C ends it.`);
  if (file !== undefined) console.log(`Its data is kept in ${file}.`);
  await untilStopped(() => emulator.close());
  return 0;
}

/** What it begins with: what was kept of it; otherwise the seed, if one was named. */
function heldBy(system: keyof typeof starters, { seed, data }: EmulateGiven): { readonly file?: string; readonly seed?: Seed } {
  const file = data === undefined ? undefined : join(data, `${system}.json`);
  if (file !== undefined && existsSync(file)) return { file, seed: seedIn(file) };
  if (data !== undefined) mkdirSync(data, { recursive: true });
  return { ...(file === undefined ? {} : { file }), ...(seed === undefined ? {} : { seed: seedOf(system, seed) }) };
}

/** Whole or not at all: a process that is killed leaves what was kept before. */
function keepIn(file: string, held: Seed): void {
  writeFileSync(`${file}.part`, JSON.stringify(held));
  renameSync(`${file}.part`, file);
}

function isEmulated(system: string): system is keyof typeof starters {
  return Object.hasOwn(starters, system);
}

const HOST = '127.0.0.1';
const PORT_MAX = 65_535;

function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > PORT_MAX) throw new ConcordError('PORT_WRONG', { port: text });
  return port;
}

/** A seed by its name in the examples, or by its path. */
export function seedOf(system: keyof typeof starters, name: string): Seed {
  const example = fileURLToPath(new URL(`../../../../examples/${name}/seed/${system}.json`, import.meta.url));
  const file = existsSync(example) ? example : name;
  if (!existsSync(file)) throw new ConcordError('SEED_MISSING', { seed: name });
  return seedIn(file);
}

function seedIn(file: string): Seed {
  const text = readFileSync(file, 'utf8');
  try {
    return parseSeed(JSON.parse(text));
  } catch (cause) {
    throw new ConcordError('SEED_WRONG', { file, words: messageOf(cause) }, cause);
  }
}

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseSeed, startDataverse, startFinops, type Seed } from '@concord/adapters';
import { ConcordError } from '@concord/core';
import { listenWords } from '../failure.ts';
import { untilStopped } from './stop-signal.ts';

const starters = { dataverse: startDataverse, finops: startFinops };
export const EMULATED = Object.keys(starters);

/** Starts one emulated system and keeps it running until it is asked to stop. */
export async function emulate(system: string, options: { readonly port: string; readonly seed?: string }): Promise<number> {
  const start = isEmulated(system) ? starters[system] : undefined;
  if (!isEmulated(system) || !start) throw new ConcordError('EMULATOR_UNKNOWN', { system, systems: EMULATED.join(', ') });
  const port = portOf(options.port);
  const seed = options.seed === undefined ? {} : { seed: seedOf(system, options.seed) };
  const emulator = await start({ port, ...seed }).catch((thrown: unknown) => {
    const words = listenWords(thrown);
    if (words === undefined) throw thrown;
    throw new ConcordError('PORT_TAKEN', { host: HOST, port, words, instead: 'give another one with --port' }, thrown);
  });
  console.log(`${system} is emulated at ${emulator.url} (clients concord, anna, ben; secret: the name with -secret). Ctrl-C ends it.`);
  await untilStopped(() => emulator.close());
  return 0;
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
  const text = readFileSync(file, 'utf8');
  try {
    return parseSeed(JSON.parse(text));
  } catch (cause) {
    throw new ConcordError('SEED_WRONG', { file, words: cause instanceof Error ? cause.message : String(cause) }, cause);
  }
}

import { register } from 'node:module';
import type { Core } from './core.ts';
import { MUTANTS } from './mutants.ts';

let isRegistered = false;

/** The built core with one fault planted in it. */
export async function plantedCore(number: number): Promise<Core> {
  if (!isRegistered) register('./mutating.js', import.meta.url);
  isRegistered = true;
  const mutant = MUTANTS[number];
  if (!mutant) throw new Error(`there is no mutant ${number}`);
  const core: Core = await import(`${import.meta.resolve('@concord/core')}?mutant=${number}`);
  return core;
}

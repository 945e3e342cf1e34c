import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { ROOT } from '../fences/sources.ts';
import { casesOf } from '../kit/register-cases.ts';
import { breachIn, histories, weathers } from '../kit/register-laws.ts';
import { REGISTER_MUTANTS, STEPS, type RegisterMutant } from '../kit/register-mutants.ts';
import { breachInSteps, stepsOf } from '../kit/register-steps.ts';
import type { Rules } from '../kit/screens.ts';

const BUILT = join(ROOT, 'packages/core/dist');
const PREFIX = 'mutant-';
/** The rooms in which faults are planted. */
const COPIED = new Set(['register', 'policy']);
/** Within what is built, so that what it imports is found. */
const folders = REGISTER_MUTANTS.map((_mutant, index) => join(BUILT, `${PREFIX}${index}`));
const HISTORIES = 60;
const SEEDS_MAX = 60;
const LONG_MS = 240_000;

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** The built register, and its policies, with one fault. */
async function plantedIn(folder: string, { name, file, from, to }: RegisterMutant): Promise<Rules> {
  mkdirSync(folder);
  for (const room of readdirSync(BUILT).filter((each) => !each.startsWith(PREFIX))) {
    if (COPIED.has(room)) cpSync(join(BUILT, room), join(folder, room), { recursive: true });
    else symlinkSync(join(BUILT, room), join(folder, room));
  }
  const parts = readFileSync(join(folder, file), 'utf8').split(from);
  if (parts.length !== 2) throw new Error(`"${name}": the text to be replaced stands ${parts.length - 1} times in ${file}`);
  writeFileSync(join(folder, file), parts.join(to));
  const load = (path: string): Promise<Rules> => import(/* @vite-ignore */ pathToFileURL(join(folder, path)).href);
  return {
    ...(await load('register/index.js')),
    ...(await load('policy/registry.js')),
    ...(await load('policy/register-policy.js')),
  };
}

/** Begins with the seed that is known to show it, and tries others where the histories have changed since. */
function isNoticed({ noticedBy, weather, seed = 1 }: RegisterMutant, rules: Rules): boolean {
  const one = casesOf(rules).find(({ name }) => name === noticedBy);
  if (!one) throw new Error(`there is no policy "${noticedBy}"`);
  return Array.from({ length: SEEDS_MAX }, (_, index) => seed + index).some((next) =>
    [2, 3].some((systems) => {
      const parameters = { numRuns: HISTORIES, seed: next, endOnFailure: true };
      if (weather === STEPS)
        return fc.check(
          fc.property(stepsOf(one, systems), (steps) => breachInSteps(one, steps, systems, rules) === undefined),
          parameters,
        ).failed;
      return fc.check(
        fc.property(histories(one, systems, weathers[weather] ?? {}), (history) => breachIn(one, history, rules) === undefined),
        parameters,
      ).failed;
    }),
  );
}

test.each(REGISTER_MUTANTS.map((mutant, index) => [mutant.name, mutant, folders[index] ?? ''] as const))(
  'the laws notice a planted fault: %s',
  async (_name, mutant, folder) => {
    expect(isNoticed(mutant, await plantedIn(folder, mutant))).toBe(true);
  },
  LONG_MS,
);

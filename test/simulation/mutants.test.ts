import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as core from '@concord/core';
import { expect, test } from 'vitest';
import { ROOT } from '../fences/sources.ts';
import { MUTANTS } from './mutants.ts';
import { planted } from './mutating.ts';
import { storyIn } from './plain.ts';
import { play } from './run.ts';

const STORIES = join(ROOT, 'test/simulation/stories');
const names = readdirSync(STORIES);
const LONG_MS = 300_000;

test('there are enough planted faults, each with a name of its own', () => {
  expect(MUTANTS.length).toBeGreaterThanOrEqual(25);
  expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
});

test.each(MUTANTS)('the text that the fault is planted in stands in the core, once: $name', (mutant) => {
  const source = readFileSync(join(ROOT, 'packages/core/dist', mutant.file), 'utf8');
  expect(planted(source, mutant)).not.toBe(source);
});

test.each(names)(
  'the core that ships plays the story of a planted fault fairly: %s',
  async (name) => {
    expect((await play(core, storyIn(readFileSync(join(STORIES, name), 'utf8')), { documents: true })).breaches).toEqual([]);
  },
  60_000,
);

test(
  'every fault that is planted in the core is noticed',
  () => {
    const compiled = run(join('node_modules', 'typescript', 'bin', 'tsc'), '-p', 'test/simulation');
    expect([compiled.stdout, compiled.status]).toEqual(['', 0]);
    const { stdout, stderr } = run(join('test', 'dist', 'simulation', 'main.js'), '--mutants');
    expect(stderr).toBe('');
    expect(stdout.split('\n').filter((line) => line.startsWith('SURVIVES'))).toEqual([]);
    expect(stdout).toContain(`${MUTANTS.length} of ${MUTANTS.length} planted faults were noticed`);
  },
  LONG_MS,
);

function run(...args: readonly string[]): { readonly stdout: string; readonly stderr: string; readonly status: number | null } {
  return spawnSync(process.execPath, [...args], { cwd: ROOT, encoding: 'utf8' });
}

/**
 * Runs one test file at length: `--minutes 60` is CONCORD_MINUTES=60 to it. What `npm test` runs of the same file is a small share, so that the
 * long run is known to work.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(fileURLToPath(import.meta.url), '..', '..');
const [file, ...given] = process.argv.slice(2);

const { status } = spawnSync(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', file, '--disable-console-intercept'], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, ...settings(given) },
});
process.exitCode = status ?? 1;

function settings([name, value, ...rest]) {
  if (name === undefined) return {};
  if (!/^--[a-z]+$/.test(name) || value === undefined) throw new Error(`After ${file} come pairs, as in --seed 7; this is ${name}.`);
  return { [`CONCORD_${name.slice(2).toUpperCase()}`]: value, ...settings(rest) };
}

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Scenarios run the sidecar as users do, from what was built: before any test, what is older than its sources is built again. */
export default function build(): void {
  const pages = spawnSync(process.execPath, [join(root, 'scripts', 'console.mjs')], { encoding: 'utf8' });
  if (pages.status !== 0)
    process.stderr.write(`The console does not build; tests of it run what was built last.\n${pages.stdout}${pages.stderr}`);
  const stale = ['core', 'adapters', 'server'].some((name) => newest(join(root, 'packages', name, 'src')) > built(name));
  if (!stale) return;
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status, stdout } = spawnSync(process.execPath, [compiler, '-b', 'packages/server'], { cwd: root, encoding: 'utf8' });
  if (status !== 0) console.error(`The packages do not compile; tests of the whole process run what was built last.\n${stdout}`);
}

function built(name: string): number {
  const stamp = join(root, 'packages', name, 'tsconfig.tsbuildinfo');
  return existsSync(stamp) ? statSync(stamp).mtimeMs : 0;
}

function newest(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((latest, entry) => Math.max(latest, statSync(join(entry.parentPath, entry.name)).mtimeMs), 0);
}

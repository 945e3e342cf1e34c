/** Builds the console's pages into static files, where what they are made of has changed since. They ship with the server: nobody who installs it builds anything. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../packages/server/console', import.meta.url));
const built = join(folder, '..', 'dist', 'pages', 'index.html');

if (!existsSync(built) || newest(folder) > statSync(built).mtimeMs) {
  const vite = join(folder, 'node_modules', 'vite', 'bin', 'vite.js');
  const { status } = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'error'], { cwd: folder, stdio: 'inherit' });
  process.exitCode = status ?? 1;
}

function newest(place) {
  return readdirSync(place, { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules')
    .map((entry) => (entry.isDirectory() ? newest(join(place, entry.name)) : statSync(join(place, entry.name)).mtimeMs))
    .reduce((latest, one) => Math.max(latest, one), 0);
}

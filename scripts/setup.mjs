/** Installs what is missing and builds what has changed, so that every command of the README works on a fresh clone. */
import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PNPM = 'pnpm@12.21.0';
const NODE_OLDEST = [20, 19];
const HEARTBEAT_MS = 10_000;
const TAIL_LINES = 30;

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamp = join(root, 'node_modules', '.concord-setup');

await main();

async function main() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < NODE_OLDEST[0] || (major === NODE_OLDEST[0] && minor < NODE_OLDEST[1])) {
    stop(`Concord needs Node ${NODE_OLDEST.join('.')} or later; this is ${process.versions.node}.`);
  }
  if (!isInstalled()) await install();
  await build();
}

/** The lock file that was installed from is the one that is here, and native parts were built for this Node. */
function isInstalled() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted();
}

function wanted() {
  const lock = statSync(join(root, 'pnpm-lock.yaml'));
  return `${lock.size} ${Math.trunc(lock.mtimeMs)} ${process.versions.modules} ${process.platform} ${process.arch}`;
}

async function install() {
  console.log('Installing dependencies. Where no prebuilt SQLite can be downloaded it is compiled, which takes about two minutes.');
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  const log = join(root, 'node_modules', '.concord-install.log');
  await run('npx', ['--yes', PNPM, 'install', '--frozen-lockfile', '--reporter=append-only'], log, 'installing');
  writeFileSync(stamp, wanted());
}

async function build() {
  const log = join(root, 'node_modules', '.concord-build.log');
  await run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b', 'packages/server'], log, 'building');
  await run(process.execPath, [join(root, 'scripts', 'console.mjs')], log, 'building the console');
}

/** Runs a command with its output in a file, tells what stage it is at, and shows the end of the output when it fails. */
async function run(command, args, log, doing) {
  const started = Date.now();
  const lines = [];
  const file = createWriteStream(log);
  const child = spawn(command, args, { cwd: root, shell: process.platform === 'win32', stdio: ['ignore', 'pipe', 'pipe'] });
  const heartbeat = setInterval(
    () => console.log(`  still ${doing} (${Math.round((Date.now() - started) / 1000)} s) ${stageOf(lines)}`),
    HEARTBEAT_MS,
  );
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (piece) => {
      file.write(piece);
      lines.push(...String(piece).split('\n').filter(Boolean));
      lines.splice(0, Math.max(0, lines.length - TAIL_LINES));
    });
  }
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  clearInterval(heartbeat);
  file.end();
  if (code !== 0) stop(`${lines.join('\n')}\n\nConcord could not finish ${doing}. The whole output is in ${log}`);
}

function stageOf(lines) {
  const last = lines.at(-1) ?? '';
  if (/better-sqlite3/.test(last)) return 'compiling SQLite';
  return /Progress:/.test(last) ? last.replace(/^.*Progress: /, '') : '';
}

function stop(words) {
  console.error(words);
  process.exit(1);
}

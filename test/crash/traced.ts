import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const CHILD = fileURLToPath(new URL('child.mjs', import.meta.url));
/** What SQLite asks of the disk. */
export const CALLS = ['pwrite64', 'fsync', 'fdatasync', 'ftruncate', 'unlink'] as const;
export type Call = (typeof CALLS)[number];

/** A place in the life of the child: just before its so-manieth call of this kind is carried out. */
export interface Point {
  readonly call: Call;
  readonly nth: number;
}

export interface Ended {
  /** How many commits it said were acknowledged. */
  readonly acknowledged: number;
  readonly wasKilled: boolean;
  readonly words: string;
}

/** Why system calls cannot be traced here; undefined where they can. */
export function untraceable(): string | undefined {
  const { error, status, stderr } = spawnSync('strace', ['-qq', '-e', 'trace=none', 'true'], { encoding: 'utf8' });
  if (error) return 'strace is not installed';
  return status === 0 ? undefined : `strace may not trace here: ${stderr.trim()}`;
}

/** Lets the child run until it comes to this point, and kills it there with SIGKILL. */
export function killedAt(file: string, sequenceFile: string, { call, nth }: Point): Promise<Ended> {
  return run(['-e', `trace=${call}`, '-e', `inject=${call}:signal=KILL:when=${nth}`, '-o', '/dev/null'], [file, sequenceFile]);
}

/** Lets the child run to its end, and keeps every call, with all bytes, in a file. `synchronous`: another level than Concord's. */
export function logged(log: string, file: string, sequenceFile: string, synchronous?: string): Promise<Ended> {
  const trace = ['-e', `trace=openat,close,write,${CALLS.join()}`, '-xx', '-s', String(2 ** 24), '-o', log];
  return run(trace, [file, sequenceFile, ...(synchronous === undefined ? [] : [synchronous])]);
}

/** How often each call stands in a log. */
export function counted(log: string): ReadonlyMap<Call, number> {
  const lines = readFileSync(log, 'latin1').split('\n');
  return new Map(CALLS.map((call) => [call, lines.filter((line) => line.startsWith(`${call}(`)).length]));
}

function run(trace: readonly string[], given: readonly string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn('strace', ['-qq', ...trace, process.execPath, CHILD, ...given], { stdio: ['ignore', 'pipe', 'pipe'] });
    let [told, words] = ['', ''];
    child.stdout.on('data', (piece) => (told += String(piece)));
    child.stderr.on('data', (piece) => (words += String(piece)));
    child.on('error', reject);
    // strace ends as the child ended.
    child.on('close', (_status, signal) =>
      resolve({ acknowledged: Number(told.trim().split('\n').at(-1) ?? 0), wasKilled: signal === 'SIGKILL', words }),
    );
  });
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The sidecar as users run it: a process of its own. */
export interface SidecarProcess {
  readonly url: string;
  /** Sends the signal and waits for the end. Answers the exit status, or the signal that ended it. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | string>;
  /** What it has written to its log so far. */
  log(): string;
}

/** How a process ended that never came to run. */
export interface Refusal {
  readonly status: number;
  readonly words: string;
}

const COMMAND = fileURLToPath(new URL('../../packages/server/bin/concord.js', import.meta.url));

/** Resolves when it runs, or when it has ended instead. */
export async function startProcess(configFile: string, env: Readonly<Record<string, string>>): Promise<SidecarProcess | Refusal> {
  const child = spawn(process.execPath, [COMMAND, 'run', '--config', configFile], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  const gone = once(child, 'close');
  const running = new Promise<string>((resolve) => {
    const read = (piece: Buffer): void => {
      log += String(piece);
      const url = /"url":"(http:[^"]+)","ledger":.*"msg":"running"/.exec(log)?.[1];
      if (url !== undefined) resolve(url);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
  });
  const url = await Promise.race([running, gone.then(() => undefined)]);
  if (url === undefined) return { status: child.exitCode ?? -1, words: log };
  return {
    url,
    log: () => log,
    async end(signal) {
      child.kill(signal);
      await gone;
      return child.exitCode ?? child.signalCode ?? 'no status';
    },
  };
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const COMMAND = fileURLToPath(new URL('../../packages/server/bin/concord.js', import.meta.url));

/** A command as users run it, in a process of its own. */
export interface Command {
  /** What it has printed so far, on both streams. */
  printed(): string;
  /** Resolves with the first group of the pattern when it has been printed. Throws when the command ends without it. */
  prints(pattern: RegExp): Promise<string>;
  stop(signal: 'SIGINT' | 'SIGTERM'): void;
  /** Resolves when it has ended: with its status, or with the signal that ended it. */
  ended: Promise<number | string>;
}

export function startCommand(args: readonly string[], env: Readonly<Record<string, string>> = {}): Command {
  const child = spawn(process.execPath, [COMMAND, ...args], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const listeners = new Set<() => void>();
  let printed = '';
  const take = (piece: Buffer): void => {
    printed += String(piece);
    for (const listener of listeners) listener();
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const ended = once(child, 'close').then(() => child.exitCode ?? child.signalCode ?? 'no status');
  const found = (pattern: RegExp): Promise<string> =>
    new Promise((resolve) => {
      const look = (): void => {
        const text = pattern.exec(printed)?.[1];
        if (text !== undefined) resolve(text);
      };
      listeners.add(look);
      look();
    });
  const never = (pattern: RegExp): Promise<never> =>
    ended.then((status) => {
      throw new Error(`Ended with ${status} before it printed ${String(pattern)}:\n${printed}`);
    });
  return {
    printed: () => printed,
    prints: (pattern) => Promise.race([found(pattern), never(pattern)]),
    stop: (signal) => void child.kill(signal),
    ended,
  };
}

/** Runs a command to its end. */
export async function runCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number | string; readonly printed: string }> {
  const command = startCommand(args, env);
  return { status: await command.ended, printed: command.printed() };
}

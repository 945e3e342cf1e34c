import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const COMMAND = fileURLToPath(new URL('../../packages/server/bin/concord.js', import.meta.url));

/** A command as users run it, in a process of its own. */
/** Commands are run as a build server would: a library that asks for `CI` must not change what they print. */
export interface Command {
  /** What it has printed so far, on both streams. */
  printed(): string;
  /** Resolves with the first group of the pattern when it has been printed. Throws when the command ends without it. */
  prints(pattern: RegExp): Promise<string>;
  stop(signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): void;
  /** Resolves when it has ended: with its status, or with the signal that ended it. */
  ended: Promise<number | string>;
}

export function startCommand(args: readonly string[], env: Readonly<Record<string, string>> = {}): Command {
  const child = spawn(process.execPath, [COMMAND, ...args], {
    env: { ...process.env, CI: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
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

const COMMANDS = fileURLToPath(new URL('commands.mjs', import.meta.url));

/** Runs commands to their ends, one after another, in one process. Both streams are told in the order in which they were written. */
export async function runCommands(
  commands: readonly (readonly string[])[],
  env: Readonly<Record<string, string>> = {},
): Promise<readonly { readonly args: readonly string[]; readonly status: number; readonly printed: string }[]> {
  const folder = mkdtempSync(join(tmpdir(), 'concord-commands-'));
  const file = join(folder, 'printed');
  const out = openSync(file, 'a');
  try {
    const child = spawn(process.execPath, [COMMANDS, JSON.stringify(commands)], {
      env: { ...process.env, CI: '1', ...env },
      stdio: ['ignore', out, out],
    });
    await once(child, 'close');
    const told = readFileSync(file, 'utf8');
    const ends = told.split(/^<(\d+)>\n/mu);
    if (ends.length !== 2 * commands.length + 1) throw new Error(`Not every command came to its end:\n${told}`);
    return commands.map((args, index) => ({ args, printed: (ends[2 * index] ?? '').slice(0, -1), status: Number(ends[2 * index + 1]) }));
  } finally {
    closeSync(out);
    rmSync(folder, { recursive: true, force: true });
  }
}

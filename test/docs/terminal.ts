import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';

/** A shell, as somebody has it before them: what is set stays set. */
export interface Terminal {
  /** Types something, and answers what was printed and how it ended. */
  type(text: string): Promise<{ readonly status: number; readonly printed: string }>;
  /** What was printed since something was typed that does not end. */
  printed(): string;
  /** Types something that does not end by itself. Answers when the pattern was printed. */
  leave(text: string, until: RegExp): Promise<string>;
  /** Ctrl-C, and then the end. */
  close(): Promise<void>;
}

export function openTerminal(cwd: string, env: Readonly<Record<string, string>>): Terminal {
  const shell = spawn('bash', ['--noprofile', '--norc'], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const gone = once(shell, 'close');
  const listeners = new Set<() => void>();
  let printed = '';
  for (const stream of [shell.stdout, shell.stderr])
    stream.on('data', (piece: Buffer) => {
      printed += String(piece);
      for (const listener of listeners) listener();
    });
  shell.stdin.write('exec 2>&1\n');

  async function until(pattern: RegExp): Promise<RegExpExecArray> {
    const found = new Promise<RegExpExecArray>((resolve) => {
      const look = (): void => {
        const match = pattern.exec(printed);
        if (match) resolve(match);
      };
      listeners.add(look);
      look();
    });
    return Promise.race([
      found,
      late(pattern, () => printed),
      gone.then(() => {
        throw new Error(`The shell ended before it printed ${String(pattern)}:\n${printed}`);
      }),
    ]);
  }

  return {
    async type(text) {
      printed = '';
      shell.stdin.write(`${text}\nprintf '\\n<%s>\\n' "$?"\n`);
      const match = await until(/\n<(\d+)>\n/u);
      return { status: Number(match[1]), printed: printed.slice(0, match.index) };
    },
    printed: () => printed,
    async leave(text, pattern) {
      printed = '';
      shell.stdin.write(`${text}\n`);
      return (await until(pattern))[1] ?? '';
    },
    async close() {
      if (shell.exitCode !== null || shell.pid === undefined) return;
      shell.stdin.end();
      process.kill(-shell.pid, 'SIGINT');
      await gone;
    },
  };
}

const WAIT_MS_MAX = 90_000;

/** Whoever waits for what never comes is told what came in its place. */
async function late(pattern: RegExp, printed: () => string): Promise<never> {
  await wait(WAIT_MS_MAX, undefined, { ref: false });
  throw new Error(`${String(pattern)} was not printed, but:\n${printed()}`);
}

import { format } from 'node:util';
import { run } from '../../packages/server/src/cli/main.ts';

/**
 * Runs a command of the command line inside this process, which costs no start of another one. One at a time: what it prints is taken
 * from the console.
 */
export async function runInside(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ readonly status: number; readonly printed: string }> {
  const [{ log, error }, before] = [console, { ...process.env }];
  const lines: string[] = [];
  const take = (...words: readonly unknown[]): void => void lines.push(format(...words));
  Object.assign(console, { log: take, error: take });
  Object.assign(process.env, env);
  try {
    return { status: await run(args), printed: `${lines.join('\n')}\n` };
  } finally {
    Object.assign(console, { log, error });
    for (const name of Object.keys(env)) delete process.env[name];
    Object.assign(process.env, before);
  }
}

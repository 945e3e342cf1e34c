import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const COMMAND = fileURLToPath(new URL('../../../packages/server/bin/concord.js', import.meta.url));

/** Starts `concord …` as a process of its own. Resolves when its output tells what `ready` looks for. */
export async function startCommand(args, ready, env) {
  const child = spawn(process.execPath, [COMMAND, ...args], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const gone = once(child, 'close');
  let output = '';
  const found = await new Promise((resolve, reject) => {
    const read = (piece) => {
      if (output.length < 100_000) output += piece;
      const match = ready.exec(output);
      if (match) resolve(match[1]);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    void gone.then(() => reject(new Error(`concord ${args.join(' ')} ended: ${output}`)));
  });
  return {
    found,
    async end() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

const SQLITE = new URL('../../packages/adapters/dist/shared/sqlite.js', import.meta.url).href;

const HOLD = `
  const { default: Sqlite } = await import(${JSON.stringify(SQLITE)});
  const db = new Sqlite(process.argv[1]);
  db.pragma('locking_mode = EXCLUSIVE');
  db.exec('BEGIN EXCLUSIVE; COMMIT');
  console.log('held');
  setInterval(() => {}, 1000);
`;

/** Another process that holds a ledger file as Concord does; answers when it has it. */
export async function holderOf(file: string): Promise<{ readonly pid: ChildProcess['pid']; kill(): Promise<void> }> {
  const holder = spawn(process.execPath, ['--input-type=module', '-e', HOLD, file]);
  await once(holder.stdout, 'data');
  return {
    pid: holder.pid,
    async kill() {
      holder.kill('SIGKILL');
      await once(holder, 'exit');
    },
  };
}

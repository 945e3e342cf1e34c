import { userInfo } from 'node:os';
import { tellFault } from '@concord/core';
import { pino } from 'pino';
import { startSidecar, type Sidecar } from '../compose.ts';
import { configWrong } from '../config-wrong.ts';
import { faultsOf, readConfig, withPaths } from './config-file.ts';
import { untilStopped } from './stop-signal.ts';

/** Whoever sits at the terminal could read the ledger and make a key: the link is worth an admin's. */
function invitation({ signInLink }: Sidecar): string {
  const { username } = userInfo();
  return `\nThe console, signed in once within the hour: ${signInLink({ id: `terminal ${username}`, name: username, role: 'admin' })}\n`;
}

/** Runs the sidecar until it is asked to stop. */
export async function runSidecar(file: string): Promise<number> {
  const read = readConfig(file);
  const faults = await faultsOf(file, read);
  if (read.kind === 'faults' || faults.length > 0) throw configWrong(file, faults);
  const config = withPaths(file, read.config);
  const logger = pino({ level: process.env['CONCORD_LOG'] ?? 'info' });
  for (const warning of read.warnings) logger.warn(tellFault(warning));
  const sidecar = await startSidecar(config, logger);
  logger.info({ url: sidecar.url, ledger: config.ledger.file }, 'running');
  if (process.stdout.isTTY) process.stdout.write(`${invitation(sidecar)}\n`);
  await untilStopped(async () => {
    await sidecar.stop();
    logger.info('stopped; nothing that was acknowledged is lost');
  });
  return 0;
}

import { pino } from 'pino';
import { startSidecar } from '../compose.ts';
import { loadConfig } from './config-file.ts';
import { untilStopped } from './stop-signal.ts';

/** Runs the sidecar until it is asked to stop. */
export async function runSidecar(file: string): Promise<number> {
  const config = loadConfig(file);
  const logger = pino({ level: process.env['CONCORD_LOG'] ?? 'info' });
  const sidecar = await startSidecar(config, logger);
  logger.info({ url: sidecar.url, ledger: config.ledger.file }, 'running');
  await untilStopped(async () => {
    await sidecar.stop();
    logger.info('stopped; nothing that was acknowledged is lost');
  });
  return 0;
}

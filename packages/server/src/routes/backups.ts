import { ConcordError } from '@concord/core';
import type { App, Rooms } from '../app.ts';

/** Copies of the whole ledger, made while it is in use. Where they go is configured: nobody who asks may choose a file. */
export function backupRoutes(app: App, { backUp }: Rooms): void {
  let busy = false;
  app.post('/v1/backups', async () => {
    if (busy) throw new ConcordError('BACKUP_BUSY');
    busy = true;
    try {
      return await backUp();
    } finally {
      busy = false;
    }
  });
}

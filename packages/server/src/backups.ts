import { basename, dirname, join } from 'node:path';

/** Where a backup of a ledger goes: a file of its own, named by the time, in the folder of the configuration or beside the ledger. */
export function backupFile({ file, backups }: { readonly file: string; readonly backups?: string }, nowMs: number): string {
  return join(backups ?? join(dirname(file), 'backups'), `${basename(file, '.db')}-${timeWord(nowMs)}.db`);
}

/** A time that may stand in the name of a file. */
export function timeWord(ms: number): string {
  return new Date(ms).toISOString().replaceAll(':', '-').replace('.', '-');
}

import type { ErrorEntry } from './entry.ts';

/** What can be wrong with a ledger, a backup, an export or an archive. */
export const ofLedger = {
  LEDGER_LOCKED: {
    text: 'The ledger "{file}" is in use by another process.',
    remedy: 'Stop the other sidecar first, or give this one a ledger file of its own.',
    status: 503,
  },
  LEDGER_FOREIGN: {
    text: 'The file "{file}" is not a Concord ledger.',
    remedy: 'Name another file under `ledger` in the configuration; this one was left as it is.',
    status: 500,
  },
  LEDGER_OLDER: {
    text: 'The ledger "{file}" has schema version {found}; this Concord reads version {known}.',
    remedy:
      'Start the sidecar: it brings a ledger up to date, which what only reads must not do. One from before the first release it refuses too: begin with a new file; everything is listed again from the systems. This one was left as it is.',
    status: 500,
  },
  LEDGER_NEWER: {
    text: 'The ledger "{file}" has schema version {found}; this Concord knows versions up to {known}.',
    remedy: 'Start the Concord that wrote it, or a later one; the file was left as it is.',
    status: 500,
  },
  LEDGER_UNREACHABLE: {
    text: 'The ledger file "{file}" cannot be opened: {words}.',
    remedy: 'Check that its folder exists and that this process may write there.',
    status: 500,
  },
  LEDGER_DAMAGED: {
    text: 'The ledger "{file}" holds something that Concord did not write: {what}.',
    remedy: 'Stop Concord and restore the ledger from its last backup.',
    status: 500,
  },
  LEDGER_TORN: {
    text: 'The log of the ledger "{file}" is torn: {count} commits behind the tear cannot be read.',
    remedy: 'Restore the last backup; or give those commits up with `concord doctor --mend`. Nothing was changed.',
    status: 500,
  },
  LEDGER_NOT_DURABLE: {
    text: 'The ledger "{file}" runs with {setting} = {found}, and needs {wanted}: commits could be lost in a power cut.',
    remedy: 'Use a local disk and a file system that supports write-ahead logging.',
    status: 500,
  },
  LEDGER_FULL: {
    text: 'There is no room left to write the ledger "{file}".',
    remedy: 'Free some disk space; nothing was lost, and the commit that failed left nothing behind.',
    status: 503,
  },
  LEDGER_WAITS: {
    text: 'The ledger cannot be written just now: {words}',
    remedy: '{remedy} Everything goes on by itself as soon as it can be written again; then send this again.',
    status: 503,
  },
  LEDGER_BROKEN: {
    text: 'The disk refused to write the ledger "{file}": {words}.',
    remedy: 'Check the disk, then start Concord again; the commit that failed left nothing behind.',
    status: 500,
  },
  LEDGER_CLOSED: {
    text: 'The ledger is closed.',
    remedy: 'Open it again before use.',
    status: 503,
  },
  LEDGER_MISSING: {
    text: 'There is no ledger file "{file}".',
    remedy: 'Run the sidecar once with this configuration, or correct `ledger` in it.',
    status: 404,
  },
  LEDGER_EXISTS: {
    text: 'There is a ledger "{file}" already.',
    remedy: 'An import makes a new ledger: name another file under `ledger` in the configuration, or move this one aside.',
    status: 409,
  },
  IMPORT_WRONG: {
    text: 'Line {line} cannot be imported: {words}.',
    remedy: 'Export it again, with this version of Concord; nothing was left behind.',
    status: 422,
  },
  BACKUP_FAILED: {
    text: 'The backup "{file}" could not be made: {words}.',
    remedy: 'Look for room and rights in its folder (`ledger.backups` in the configuration), then try again; nothing was left behind.',
    status: 500,
  },
  BACKUP_BUSY: {
    text: 'A backup is being made already.',
    remedy: 'Wait until it has ended.',
    status: 409,
  },
  COMPACTION_BUSY: {
    text: 'Histories are being told short already.',
    remedy: 'Wait until that has ended, then ask again.',
    status: 409,
  },
  ARCHIVE_NOWHERE: {
    text: 'There is no folder in which what goes could be kept.',
    remedy:
      'Name one as `ledger.retention.archive` in the configuration; or say `"archive": false`, or --no-archive: it is kept nowhere then.',
    status: 422,
  },
  BACKUP_WRONG: {
    text: 'The backup "{file}" does not verify: {count} of what it holds are wrong.',
    remedy: 'Take an earlier backup. The ledger was left as it is.',
    status: 422,
  },
  ARCHIVE_WRONG: {
    text: 'The archive "{file}" is not what was compacted away: {words}.',
    remedy: 'Use the archive that was written when the ledger was compacted, as it was then.',
    status: 422,
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;

/** One kind of error: what happened, what to do about it, and the HTTP status that tells it. `{name}` stands for a parameter. */
export interface ErrorEntry {
  readonly text: string;
  readonly remedy: string;
  readonly status: number;
}

/** Every error that Concord raises on purpose. */
export const catalogue = {
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
  PAGE_LIMIT_WRONG: {
    text: 'A page of {limit} rows was asked for.',
    remedy: 'Ask for a whole number from 1 to {max}.',
    status: 400,
  },
  PAGE_AFTER_WRONG: {
    text: 'The page mark "{after}" was not given out by this list.',
    remedy: 'Pass on the `next` of the page before, unchanged, or leave it out to begin at the start.',
    status: 400,
  },
  CONFIG_WRONG: {
    text: 'The configuration "{file}" has {count} fault(s): {faults}',
    remedy: 'Correct the lines named; nothing of the configuration was applied.',
    status: 422,
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;

export type ErrorCode = keyof typeof catalogue;

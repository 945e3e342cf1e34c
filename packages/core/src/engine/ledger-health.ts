import { ConcordError } from '../errors/concord-error.ts';
import type { Clock, Log } from '../ports/surroundings.ts';

/** What keeps the ledger from being used, and since when. */
export interface LedgerTrouble {
  readonly code: ConcordError['code'];
  readonly words: string;
  readonly remedy: string;
  readonly sinceMs: number;
}

/** Whether the ledger can be used just now. */
export interface LedgerHealth {
  /** A commit could not be taken; `commit` names it. */
  failed(error: ConcordError, commit: object): void;
  /** A commit was taken that had failed before. That others are taken meanwhile says nothing: small ones still find room on a full disk. */
  worked(commit: object): void;
  readonly trouble: LedgerTrouble | undefined;
}

/**
 * Troubles that pass when somebody has made room or mended the disk. Nothing of a commit was taken, so the same commit is tried again; until
 * it is taken, everything waits where it is, and nothing is lost.
 */
const PASSING: ReadonlySet<string> = new Set(['LEDGER_FULL', 'LEDGER_BROKEN', 'LEDGER_LOCKED', 'LEDGER_UNREACHABLE']);

export function passes(cause: unknown): cause is ConcordError {
  return cause instanceof ConcordError && PASSING.has(cause.code);
}

/** Of the ledger as a whole: no fault of the row or record at hand. */
export function isOfLedger(cause: unknown): boolean {
  return passes(cause) || (cause instanceof ConcordError && cause.code === 'LEDGER_CLOSED');
}

export function openLedgerHealth(clock: Clock, log: Log): LedgerHealth {
  const waiting = new Set<object>();
  let trouble: LedgerTrouble | undefined;
  return {
    failed({ code, message, remedy, cause }, commit) {
      // Words of the catalogue and of the database, about the file: no value stands in them.
      const engine = cause instanceof Error && 'code' in cause ? `${String(cause.code)}: ${cause.message}` : '';
      if (trouble?.code !== code) log.event('ledger waits', { code, trouble: message, engine });
      waiting.add(commit);
      trouble = { code, words: message, remedy, sinceMs: trouble?.sinceMs ?? clock.nowMs() };
    },
    worked(commit) {
      if (!waiting.delete(commit) || waiting.size > 0) return;
      log.event('ledger can be written again', { forMs: clock.nowMs() - (trouble?.sinceMs ?? clock.nowMs()) });
      trouble = undefined;
    },
    get trouble() {
      return trouble;
    },
  };
}

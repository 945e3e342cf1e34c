import { ConcordError } from '../errors/concord-error.ts';
import type { Clock } from '../ports/surroundings.ts';

/** What keeps the ledger from being used, and since when. */
export interface LedgerTrouble {
  readonly code: ConcordError['code'];
  readonly words: string;
  readonly remedy: string;
  readonly sinceMs: number;
}

/** Whether the ledger can be used just now. */
export interface LedgerHealth {
  failed(error: ConcordError): void;
  worked(): void;
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

export function openLedgerHealth(clock: Clock): LedgerHealth {
  let trouble: LedgerTrouble | undefined;
  return {
    failed({ code, message, remedy }) {
      trouble = { code, words: message, remedy, sinceMs: trouble?.sinceMs ?? clock.nowMs() };
    },
    worked: () => void (trouble = undefined),
    get trouble() {
      return trouble;
    },
  };
}

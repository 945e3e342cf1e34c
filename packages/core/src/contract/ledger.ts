import type { Ledger } from '../ports/ledger.ts';
import { commitLaws } from './ledger-commit.ts';
import { compactLaws } from './ledger-compact.ts';
import { eraseLaws } from './ledger-erase.ts';
import { keepingLaws } from './ledger-keeping.ts';
import { newsLaws } from './ledger-news.ts';
import { pageLaws } from './ledger-pages.ts';

/** What a ledger's author lends to the laws. */
export interface LedgerRig {
  /** An empty ledger. */
  open(): Promise<Ledger>;
  /** Closes a ledger and opens what it left. Absent when it keeps nothing beyond its own life. */
  reopen?(ledger: Ledger): Promise<Ledger>;
}

/** One promise of every ledger. `run` throws an Error when it is broken. */
export interface LedgerLaw {
  readonly law: string;
  run(rig: LedgerRig): Promise<void>;
}

/** The laws of ledgers, to be run by any test runner: `for (const { law, run } of ledgerLaws) test(law, () => run(rig))`. */
export const ledgerLaws: readonly LedgerLaw[] = [...commitLaws, ...keepingLaws, ...eraseLaws, ...compactLaws, ...newsLaws, ...pageLaws];

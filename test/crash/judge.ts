import { readOnlyLedger, sqliteLedger } from '@concord/adapters';
import { ConcordError } from '@concord/core';
import { verifyLedger } from '../../packages/server/src/cli/ledger/verify.ts';
import { peopleTables } from '../kit/erasing.ts';
import { noteNames, type Sequence } from './sequence.ts';
import { tellAll } from './told.ts';

/** What became of a ledger whose writer ended without warning. */
export type Verdict =
  /** Everything that was acknowledged, whole; and perhaps the commit that was under way. */
  | { readonly kind: 'whole'; readonly underWay: boolean }
  /** It stands at an earlier commit. */
  | { readonly kind: 'lost'; readonly commits: number }
  /** It tells what it told after no commit: something is there in part. */
  | { readonly kind: 'part' }
  | { readonly kind: 'unsound'; readonly words: string }
  | { readonly kind: 'refused'; readonly words: string };

/** Opens what is left, as the next start does, and holds it against what a ledger in memory told after each commit; then verifies it. */
export async function judge(file: string, acknowledged: number, { commits, told }: Sequence): Promise<Verdict> {
  try {
    const ledger = sqliteLedger({ file });
    const found = await tellAll(ledger, noteNames(commits));
    await ledger.close();
    const wrong = await unsound(file);
    if (wrong.length > 0) return { kind: 'unsound', words: wrong.join('; ') };
    if (found === told[acknowledged]) return { kind: 'whole', underWay: false };
    if (found === told[acknowledged + 1]) return { kind: 'whole', underWay: true };
    const stands = told.lastIndexOf(found, acknowledged);
    return stands < 0 ? { kind: 'part' } : { kind: 'lost', commits: acknowledged - stands };
  } catch (thrown) {
    if (!(thrown instanceof ConcordError)) throw thrown;
    return { kind: 'refused', words: `${thrown.code}: ${thrown.message}` };
  }
}

const tables = peopleTables();

async function unsound(file: string): Promise<readonly string[]> {
  const words: string[] = [];
  const reader = readOnlyLedger({ file });
  try {
    await verifyLedger(reader, tables, { fault: (fault) => words.push(fault), progress: () => undefined });
  } finally {
    await reader.close();
  }
  return words;
}

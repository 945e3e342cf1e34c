import { messageOf } from '../errors/message-of.ts';
import type { ChangeHash } from '../ids.ts';
import type { Epoch } from '../ports/epoch.ts';
import { decode } from '../record/decode.ts';

/**
 * Whether these are the changes that an epoch stands for: each is named by its bytes and names those that it depends on, so that heads prove all
 * that is behind them. Answers what is wrong, in words; nothing when they are. `told`: the changes as an archive has them, by number.
 */
export function archiveFaults({ changes, heads }: Epoch, told: ReadonlyMap<number, Uint8Array>): readonly string[] {
  if (!heads) return [];
  const hashes = new Map<ChangeHash, readonly ChangeHash[]>();
  for (const [seq, chunk] of told) {
    if (seq > changes) continue;
    try {
      const { hash, deps } = decode(chunk);
      hashes.set(hash, deps);
    } catch (thrown) {
      return [`change ${seq} cannot be read: ${messageOf(thrown)}`];
    }
  }
  const named = new Set([...hashes.values()].flat());
  const missing = [...named].filter((hash) => !hashes.has(hash));
  const ends = [...hashes.keys()].filter((hash) => !named.has(hash)).toSorted();
  if (missing.length > 0) return [`change ${missing[0]} is missing`];
  return ends.join() === heads.join() ? [] : [`its changes end in ${ends.join(', ') || 'none'}, not in ${heads.join(', ')}`];
}

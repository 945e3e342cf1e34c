import { randomBytes } from 'node:crypto';
import type { Ledger, Log } from '@concord/core';
import { brokeOf } from '@concord/core';

const NAME = 'secret';
const BYTES = 32;

/** The secret of a ledger, made with its first use. Where it cannot be kept now, it is one for this start: ETags of before are refused then. */
export async function secretOf(ledger: Pick<Ledger, 'note' | 'commit'>, log: Log): Promise<string> {
  const kept = await ledger.note(NAME);
  if (typeof kept === 'string') return kept;
  const made = randomBytes(BYTES).toString('base64url');
  await ledger
    .commit({ plans: [], cursors: [], failures: [], acts: [], notes: [{ name: NAME, value: made }] })
    .catch((cause: unknown) => log.event('secret not kept', { ...brokeOf(cause) }));
  return made;
}

import type { PolicyTraits } from '../policy/policy.ts';
import type { Attempt, Author, Register } from '../record/record.ts';
import type { Reading } from '../register/register.ts';

/** An author whose edit may have been made on more values than this is asked about these alone. */
const BASES_MAX = 4;

/**
 * Edits that meet are seldom further apart than this: none is older that has not been heard of. Whose clock says that an edit is older than this
 * is not believed, and may have seen what its clock denies.
 */
const MEETING_MS_MAX = 60_000;

/** An edit that was heard of while writes to its system were perhaps under way. */
export interface Heard {
  readonly name: string;
  readonly system: Author;
  readonly atMs: number;
  readonly attempts: readonly Attempt[];
}

/**
 * What an edit was perhaps made on, beside what its system is known to hold: the values of writes that were perhaps sent, and that nobody
 * answered. The row that would tell whether they arrived was typed over. What had not been said yet when the edit was made was not seen by its
 * author; but to a sum, which does not ask for the time otherwise, clocks are no evidence.
 */
export function possibleBases(
  register: Register,
  { name, system, atMs, attempts }: Heard,
  { additive }: Pick<PolicyTraits, 'additive'>,
): readonly Reading[] | undefined {
  const shadow = register.shadows[system];
  if (attempts.length === 0 || !shadow) return undefined;
  const bases: Reading[] = [];
  for (const { kind, registers } of attempts) {
    const sent = kind === 'update' ? registers[name] : undefined;
    if (!sent || sent.saw <= shadow.saw) continue;
    if (!additive && isAhead(register, shadow.saw, sent.saw, atMs)) continue;
    if (!bases.some(({ saw }) => saw === sent.saw)) bases.push({ saw: sent.saw, before: sent.value });
  }
  return bases.length === 0 ? undefined : bases.slice(-BASES_MAX);
}

/** Whether an edit was made shortly before one of those that came into a merged value, of which its author had not heard. */
function isAhead({ log }: Register, known: number, saw: number, atMs: number): boolean {
  return log.some(({ number, stamp: { ms } }) => number > known && number <= saw && ms > atMs && ms - atMs <= MEETING_MS_MAX);
}

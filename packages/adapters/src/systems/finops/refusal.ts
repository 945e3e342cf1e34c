import type { RefusalClass, Write } from '@concord/core';
import type { Answer } from '../../shared/odata/reply.ts';

/** What an answer to a write means. */
export type Verdict =
  | { readonly kind: 'done' }
  | { readonly kind: 'stale' }
  | { readonly kind: 'exists' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'refused'; readonly why: RefusalClass; readonly words: string }
  | { readonly kind: 'unknown'; readonly words: string };

/**
 * The service tells most things by the words of its log, under 400 or, in older releases, 500. Which answer a stale `If-Match` gets is not
 * documented: 412, 409 and the text of an update conflict are all taken for it.
 */
export function verdictOf({ status, words }: Answer, write: Write): Verdict {
  if (status < 300) return { kind: 'done' };
  if (isSchemaDrift(words)) return refused('schema-drift', words);
  if (/no resources were found when selecting for update/i.test(words)) return { kind: 'missing' };
  if (/already exists/i.test(words)) return write.kind === 'create' ? { kind: 'exists' } : refused('duplicate-key', words);
  if (status === 409 || status === 412) return write.kind === 'create' ? { kind: 'exists' } : { kind: 'stale' };
  if (isConflict(status, words) && write.kind !== 'create') return { kind: 'stale' };
  if (status === 404) return write.kind === 'create' ? refused('schema-drift', words) : { kind: 'missing' };
  if (status === 403) return refused('denied', words);
  if (status === 413) return refused('payload-too-large', words);
  if (status >= 500 && !isRuling(words)) return { kind: 'unknown', words };
  return refused(
    /not found in the related table|referenced.*does not exist/i.test(words) ? 'reference-missing' : 'validation-rejected',
    words,
  );
}

function isConflict(status: number, words: string): boolean {
  return (status === 400 || status === 500) && /update conflict|record.*changed/i.test(words);
}

/** Whether the business logic itself has spoken, so that the transaction surely was rolled back. */
function isRuling(words: string): boolean {
  return /write failed|infolog|validat/i.test(words);
}

/** The service does not know a column or a set by that name. */
export function isSchemaDrift(words: string): boolean {
  return /could not find a property|undeclared property|property .* does not exist on type|not found for the segment/i.test(words);
}

function refused(why: RefusalClass, words: string): Verdict {
  return { kind: 'refused', why, words };
}

import type { RefusalClass, Write } from '@concord/core';
import type { Answer } from '../../shared/odata/reply.ts';
import { CODES, codeOf } from './codes.ts';

/** What an answer to a write means. `row` is whether the row in question must be read to tell the whole. */
export type Verdict =
  | { readonly kind: 'done' }
  | { readonly kind: 'stale' }
  | { readonly kind: 'exists' }
  | { readonly kind: 'missing' }
  /** Either the row or one that it refers to is not there: the answer alone does not tell. */
  | { readonly kind: 'missing-something'; readonly words: string }
  /** The table has no alternate key over these columns. */
  | { readonly kind: 'no-such-key' }
  | { readonly kind: 'refused'; readonly why: RefusalClass; readonly words: string }
  | { readonly kind: 'unknown'; readonly words: string };

/** 412 has four meanings and 404 two, so the code is asked first and the number second. */
export function verdictOf(answer: Answer, write: Write): Verdict {
  const { status, words } = answer;
  const code = codeOf(answer.code);
  if (status < 300) return { kind: 'done' };
  if (code === CODES.versionMismatch) return { kind: 'stale' };
  if (isDuplicate(code)) return write.kind === 'create' ? { kind: 'exists' } : refused('duplicate-key', words);
  if (status === 412) return write.kind === 'create' ? { kind: 'exists' } : { kind: 'stale' };
  if (status === 404 || status === 410) return missing(answer, write);
  if (status === 403) return refused('denied', words);
  if (status === 413) return refused('payload-too-large', words);
  if (status >= 500) return { kind: 'unknown', words };
  return /key in the request URI is not valid/i.test(words) ? { kind: 'no-such-key' } : refused(classOf(words), words);
}

const DUPLICATES: ReadonlySet<string> = new Set([CODES.duplicateRecord, CODES.keyViolated, CODES.duplicateDetected]);

function isDuplicate(code: string): boolean {
  return DUPLICATES.has(code);
}

function missing({ words }: Answer, write: Write): Verdict {
  if (isSchemaDrift(words)) return refused('schema-drift', words);
  if (write.kind === 'create') return refused('reference-missing', words);
  const refers = Object.keys(write.columns).some((name) => name.endsWith('@odata.bind'));
  return refers ? { kind: 'missing-something', words } : { kind: 'missing' };
}

function classOf(words: string): RefusalClass {
  if (isSchemaDrift(words)) return 'schema-drift';
  return /does not exist|not found/i.test(words) ? 'reference-missing' : 'validation-rejected';
}

/** "Could not find a property named …", "Resource not found for the segment …", "An undeclared property …". */
export function isSchemaDrift(words: string): boolean {
  return /could not find a property|undeclared property|not found for the segment|does not exist on type/i.test(words);
}

function refused(why: RefusalClass, words: string): Verdict {
  return { kind: 'refused', why, words };
}

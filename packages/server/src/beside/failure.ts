import { ConcordError, messageOf } from '@concord/core';
import type { Failure } from './messages.ts';

/** An error on its way from one thread to another. */
export function failureOf(thrown: unknown): Failure {
  const words = (thrown instanceof Error ? thrown.stack : undefined) ?? messageOf(thrown);
  return thrown instanceof ConcordError ? { known: { code: thrown.code, params: thrown.params }, words } : { words };
}

export function errorOf({ known, words }: Failure): Error {
  return known ? new ConcordError(known.code, known.params) : new Error(words);
}

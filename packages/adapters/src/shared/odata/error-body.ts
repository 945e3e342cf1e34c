import type { Json } from '@concord/core';
import { member, textOf } from '../json/look.ts';

/** What a service says of a failure. `code` may be empty; `words` never is. */
export interface Failure {
  readonly code: string;
  readonly words: string;
}

const WORDS_CHARS_MAX = 2000;

/** Reads `{"error":{"code","message","innererror":{"message"}}}`; the inner message is the telling one where there is one. */
export function failureIn(body: Json | undefined): Failure | undefined {
  const error = member(body, 'error');
  const message = textOf(error, 'message');
  const inner = textOf(member(error, 'innererror'), 'message');
  if (message === undefined && inner === undefined) return undefined;
  return { code: textOf(error, 'code') ?? '', words: (inner ?? message ?? '').slice(0, WORDS_CHARS_MAX) };
}

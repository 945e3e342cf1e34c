import type { Answer } from '../wire/answer.ts';
import type { AnsweredFault } from '../wire/faults.ts';
import { CODES, errorAnswer, staleVersion } from './errors.ts';
import { tooMany } from './limits.ts';

const RETRY_AFTER_SECONDS_DEFAULT = 5;

/** The answer that a fault asks for, in Dataverse's words. */
export function faultAnswer(action: AnsweredFault): Answer {
  if (action.kind === 'stale') return staleVersion();
  const words = 'Number of requests exceeded the limit of 6000 over time window of 300 seconds.';
  if (action.kind === 'throttled') return tooMany(CODES.requests, words, action.retryAfterSeconds ?? RETRY_AFTER_SECONDS_DEFAULT);
  const retry = action.retryAfterSeconds === undefined ? {} : { 'Retry-After': String(action.retryAfterSeconds) };
  return errorAnswer(action.status, CODES.unexpected, action.words ?? 'An unexpected error occurred.', retry);
}

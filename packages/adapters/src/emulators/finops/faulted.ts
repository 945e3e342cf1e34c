import type { Answer } from '../wire/answer.ts';
import type { AnsweredFault } from '../wire/faults.ts';
import { errorAnswer } from './errors.ts';
import type { Org } from './org.ts';
import { staleAnswer } from './write.ts';

const BUSY = 'This request could not be processed at this time due to system experiencing high resource utilization.';
const RETRY_AFTER_SECONDS_DEFAULT = 5;

/** The answer that a fault asks for, in the words of F&O. */
export function faultAnswer(org: Org, action: AnsweredFault): Answer {
  if (action.kind === 'stale') return staleAnswer(org, undefined);
  const seconds = action.kind === 'throttled' ? (action.retryAfterSeconds ?? RETRY_AFTER_SECONDS_DEFAULT) : action.retryAfterSeconds;
  const retry = seconds === undefined ? {} : { 'Retry-After': String(seconds) };
  if (action.kind === 'throttled') return errorAnswer(429, BUSY, 'Microsoft.Dynamics.Platform.Throttling', retry);
  return errorAnswer(action.status, action.words ?? 'An unexpected error occurred.', 'System.Exception', retry);
}

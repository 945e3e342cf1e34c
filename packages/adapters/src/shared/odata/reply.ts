import type { Json, Trouble } from '@concord/core';
import type { CallAnswer } from './transport.ts';
import { failureIn } from './error-body.ts';
import { parseJson } from '../json/parse.ts';
import { retryAfterMs } from './retry-after.ts';

/** An answer of the service itself, good or bad. `code` and `words` are of its error body, if it sent one. */
export interface Answer {
  readonly kind: 'answer';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json | undefined;
  readonly code: string;
  readonly words: string;
}

export type Reply =
  | Answer
  /** Surely not done. */
  | Trouble
  | Lost
  /** The token was not accepted; nothing was done. */
  | { readonly kind: 'unauthorised'; readonly words: string };

/** It may have been done: no answer came, none that can be read, or one that promises nothing. */
export interface Lost {
  readonly kind: 'lost';
  readonly words: string;
  /** The system said that it is not able to work now: how long to leave it alone, where it told. */
  readonly unable?: { readonly retryAfterMs?: number };
}

/** Sorts what came back over the wire into answers of the service and kinds of trouble. */
export async function replyOf(answer: CallAnswer, nowMs: number): Promise<Reply> {
  if (answer.kind === 'unsent') return { kind: 'unreachable', words: answer.words };
  if (answer.kind === 'lost') return answer;
  const { status, headers, text } = answer;
  if (status === 401)
    return { kind: 'unauthorised', words: 'HTTP 401: the token is not accepted; check that the client is a user of the system' };
  if (status === 429) return { kind: 'throttled', retryAfterMs: retryAfterMs(headers['retry-after'], nowMs) };
  if (status === 503) return notNow(headers, nowMs);
  if (status >= 300 && status < 400 && status !== 304) return { kind: 'unreachable', words: redirected(status, headers) };
  if (status === 204 || status === 304 || text === '') return bare(status, headers);
  return withBody(status, headers, text);
}

/**
 * Both products promise of 429 that nothing was done ("Service protection API limits" of Dataverse, "Service protection limits" of Finance &
 * Operations). Neither promises that of 503, which gateways answer as well, also after the service behind them has committed.
 */
function notNow(headers: Head, nowMs: number): Lost {
  const told = headers['retry-after'];
  const words = 'HTTP 503: the system is not able to work now';
  return { kind: 'lost', words, unable: told === undefined ? {} : { retryAfterMs: retryAfterMs(told, nowMs) } };
}

/** What a read comes to: nothing is lost by a read that is lost. */
export function troubleOfRead({ words, unable }: Lost): Trouble {
  return unable?.retryAfterMs === undefined ? { kind: 'unreachable', words } : { kind: 'throttled', retryAfterMs: unable.retryAfterMs };
}

type Head = Readonly<Record<string, string>>;

// Only where it leads, not what it carries along: sign-in redirects are known to repeat what they were sent.
function redirected(status: number, headers: Head): string {
  const location = headers['location'] ?? '';
  const place = URL.canParse(location) ? new URL(location).origin : 'elsewhere';
  return `HTTP ${status}: sent on to ${place}; check the url, a data service does not redirect`;
}

function bare(status: number, headers: Head): Reply {
  if (status >= 500) return { kind: 'lost', words: `HTTP ${status} without a word` };
  if (status === 403) return { kind: 'denied', words: 'HTTP 403 without a word' };
  return { kind: 'answer', status, headers, body: undefined, code: '', words: `HTTP ${status}` };
}

async function withBody(status: number, headers: Head, text: string): Promise<Reply> {
  const type = headers['content-type'] ?? '';
  if (type.startsWith('multipart/mixed')) return { kind: 'answer', status, headers, body: text, code: '', words: '' };
  const parsed = isJsonType(type) ? await parseJson(text) : notJson(type);
  if (parsed.kind === 'json') return spoken(status, headers, parsed.json);
  // A page of a proxy or of a sign-in has no say in whether the request got through: 4xx alone is a refusal by its own number.
  if (status >= 400 && status < 500 && status !== 408) return bare(status, headers);
  return { kind: 'lost', words: `HTTP ${status}: ${parsed.words}` };
}

function spoken(status: number, headers: Head, body: Json): Reply {
  const failure = failureIn(body) ?? { code: '', words: `HTTP ${status}` };
  // A gateway's error tells nothing about the service behind it, and an error nobody explains may have come after the commit.
  if (status === 408 || status === 502 || status === 504 || (status >= 500 && failureIn(body) === undefined)) {
    return { kind: 'lost', words: failure.words };
  }
  return { kind: 'answer', status, headers, body, ...failure };
}

function isJsonType(type: string): boolean {
  return /^application\/([\w.+-]+\+)?json\b/i.test(type);
}

function notJson(type: string): { readonly kind: 'bad'; readonly words: string } {
  return { kind: 'bad', words: `the answer is ${type === '' ? 'of no declared type' : type}, not JSON; check the url and the sign-in` };
}

import type { Trouble } from '@concord/core';
import { member, textOf } from '../json/look.ts';
import { replyOf } from '../odata/reply.ts';
import type { Answer } from '../odata/reply.ts';
import { transport } from '../odata/transport.ts';
import type { Secret } from './secret.ts';
import { cachedTokens } from './token.ts';
import type { Grant, TokenSource } from './token.ts';

export interface PlainCredentials {
  /** The endpoint's whole address. */
  readonly token: string;
  readonly client: string;
  readonly secret: Secret;
  readonly scope?: string | undefined;
}

const TOKEN_TIMEOUT_MS = 20_000;
const TOKEN_BYTES_MAX = 256 * 1024;
/** The life of a token whose endpoint does not tell it. */
const TOKEN_LIFE_S_DEFAULT = 300;

/** OAuth 2.0 client credentials at a plain endpoint. */
export function plainTokens(credentials: PlainCredentials, now: () => number): TokenSource {
  const url = new URL(credentials.token);
  const wire = transport(url.origin, { timeoutMs: TOKEN_TIMEOUT_MS, bodyBytesMax: TOKEN_BYTES_MAX });
  const fetch = async (): Promise<Grant | Trouble> => {
    const answer = await wire.send({ method: 'POST', path: `${url.pathname}${url.search}`, headers: FORM, body: formOf(credentials) });
    const reply = await replyOf(answer, now());
    if (reply.kind === 'answer') return grantIn(reply, now());
    if (reply.kind === 'lost') return { kind: 'unreachable', words: `the token endpoint: ${reply.words}` };
    if (reply.kind === 'unauthorised') return denied('HTTP 401');
    return reply;
  };
  return { ...cachedTokens(fetch, now), close: () => wire.close() };
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };

function formOf({ client, secret, scope }: PlainCredentials): string {
  const form = { grant_type: 'client_credentials', client_id: client, client_secret: secret.reveal() };
  return new URLSearchParams(scope === undefined ? form : { ...form, scope }).toString();
}

function grantIn(answer: Answer, nowMs: number): Grant | Trouble {
  const value = textOf(answer.body, 'access_token');
  if (answer.status !== 200 || value === undefined || !PRINTABLE.test(value)) return denied(reasonIn(answer));
  const seconds = Number(member(answer.body, 'expires_in') ?? TOKEN_LIFE_S_DEFAULT);
  return { kind: 'grant', value, endsAtMs: nowMs + (Number.isFinite(seconds) ? seconds : TOKEN_LIFE_S_DEFAULT) * 1000 };
}

/** A token goes into a header: nothing else than this may stand there. */
const PRINTABLE = /^[\x21-\x7e]+$/;

// Only the error's short code is passed on: descriptions of sign-in services are known to repeat what they were sent.
function reasonIn(answer: Answer): string {
  const code = textOf(answer.body, 'error');
  return code !== undefined && /^[a-z_]{1,40}$/.test(code) ? `${code} (HTTP ${answer.status})` : `HTTP ${answer.status}`;
}

function denied(reason: string): Trouble {
  return { kind: 'denied', words: `the token endpoint gave no token: ${reason}; check client, secret and scope` };
}

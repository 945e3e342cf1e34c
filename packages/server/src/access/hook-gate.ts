import type { IncomingHttpHeaders } from 'node:http';
import { ConcordError } from '@concord/core';
import type { FastifyRequest } from 'fastify';
import { isEqual } from './keys.ts';
import { SECRET_PREFIX } from '../standard-webhooks.ts';
import { isSigned, type Signed } from './signature.ts';

/** Where a secret may stand: Dataverse's webhooks send a header, or `code` in the address; others an authorization. */
const SECRET_HEADERS = ['x-concord-hook', 'authorization'];
/** Added by a proxy: what comes through one on this machine seems to come from here, and may come from anywhere. */
const FORWARDED = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip'];
const HERE = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

/** What a hook brings to show where it comes from. */
export interface Shown {
  readonly secret: string | undefined;
  readonly body: Buffer;
  readonly nowMs: number;
}

/**
 * Whether a hook comes from the system that it names. Where no secret is configured for the system, hooks are taken from this machine alone, and
 * through no proxy.
 * Answers the id of one that is signed. Throws HOOK_REFUSED.
 */
export function checkHook(request: FastifyRequest, system: string, { secret, body, nowMs }: Shown): string | undefined {
  const signed = signedIn(request.headers, body);
  if (!isKnown(request, secret, signed, nowMs)) throw new ConcordError('HOOK_REFUSED', { system });
  return secret === undefined ? undefined : signed?.id;
}

function isKnown(request: FastifyRequest, secret: string | undefined, signed: Signed | undefined, nowMs: number): boolean {
  if (secret === undefined) return HERE.has(request.socket.remoteAddress ?? '') && !FORWARDED.some((name) => name in request.headers);
  if (signed) return isSigned(signed, secret, nowMs);
  // A secret that is made for signing is never sent: who sends it has it from elsewhere.
  return !secret.startsWith(SECRET_PREFIX) && told(request).some((text) => isEqual(text, secret));
}

/** `undefined`: it bears no signature. */
function signedIn(headers: IncomingHttpHeaders, body: Buffer): Signed | undefined {
  const { 'webhook-id': id = '', 'webhook-timestamp': timestamp = '', 'webhook-signature': signatures } = headers;
  if (signatures === undefined) return undefined;
  return { id: String(id), timestamp: String(timestamp), signatures: String(signatures), body };
}

function told({ headers, query }: FastifyRequest): readonly string[] {
  const code = typeof query === 'object' && query !== null && 'code' in query ? [query.code] : [];
  return [...SECRET_HEADERS.flatMap((name) => headerIn(headers, name)), ...code].filter((text) => typeof text === 'string');
}

function headerIn(headers: IncomingHttpHeaders, name: string): readonly string[] {
  const value = headers[name];
  return typeof value === 'string' ? [value.replace(/^bearer +/iu, '')] : [];
}

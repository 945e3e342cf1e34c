import type { IncomingHttpHeaders } from 'node:http';
import { ConcordError } from '@concord/core';
import type { FastifyRequest } from 'fastify';
import { isEqual } from './keys.ts';

/** Where a secret may stand: Dataverse's webhooks send a header, or `code` in the address; others an authorization. */
const SECRET_HEADERS = ['x-concord-hook', 'authorization'];
const HERE = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

/**
 * Whether a hook comes from the system that it names. Where no secret is configured for the system, hooks are taken from this machine alone.
 * Throws HOOK_REFUSED.
 */
export function checkHook(request: FastifyRequest, system: string, secret: string | undefined): void {
  const isKnown = secret === undefined ? HERE.has(request.socket.remoteAddress ?? '') : told(request).some((text) => isEqual(text, secret));
  if (!isKnown) throw new ConcordError('HOOK_REFUSED', { system });
}

function told({ headers, query }: FastifyRequest): readonly string[] {
  const code = typeof query === 'object' && query !== null && 'code' in query ? [query.code] : [];
  return [...SECRET_HEADERS.flatMap((name) => headerIn(headers, name)), ...code].filter((text) => typeof text === 'string');
}

function headerIn(headers: IncomingHttpHeaders, name: string): readonly string[] {
  const value = headers[name];
  return typeof value === 'string' ? [value.replace(/^bearer +/iu, '')] : [];
}

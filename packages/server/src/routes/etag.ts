import type { ConcordError } from '@concord/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { problemOf } from '../problem.ts';
import { Type } from 'typebox';

const MARK_CHARS = 22;

/** As a header of a request that is only to be carried out on what the caller saw. */
export const ifMatch = Type.Object({
  'if-match': Type.Optional(
    Type.String({ maxLength: 1000, description: 'Only while it has this ETag; 412 otherwise, with how it is now' }),
  ),
});

/**
 * Names what is told: another ETag, and something of it is another, also where that is hidden from the caller. It is sealed, so that no guess
 * can be held against it.
 */
function etagOf({ server }: FastifyRequest, body: object): string {
  return `"${server.shown.seal(JSON.stringify(body)).slice(0, MARK_CHARS)}"`;
}

/** Sends one thing, with its ETag. */
export function tagged<Body extends object>(reply: FastifyReply, body: Body): Body {
  void reply.header('etag', etagOf(reply.request, body));
  return body;
}

/** Refuses, because it had changed, and says how it is now. */
export function refusedAsItIs(reply: FastifyReply, refusal: ConcordError, current: object): FastifyReply {
  return reply
    .status(refusal.status)
    .headers({ 'content-type': 'application/problem+json', etag: etagOf(reply.request, current) })
    .send({ ...problemOf(refusal), current });
}

/** Whether what is told is what the caller saw (RFC 9110, 13.1.1). `undefined`: the caller does not say what that was. */
export function seenBy(request: FastifyRequest): ((body: object) => boolean) | undefined {
  const told = request.headers['if-match'];
  return told === undefined ? undefined : (body) => isAmong(request, told, body);
}

export function isAmong(request: FastifyRequest, told: string, body: object): boolean {
  const etag = etagOf(request, body);
  return told.split(',').some((tag) => tag.trim() === '*' || tag.trim() === etag);
}

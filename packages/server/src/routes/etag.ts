import { createHash } from 'node:crypto';
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

/** Names what is told: another ETag, and something of it is another. */
function etagOf(body: object): string {
  return `"${createHash('sha256').update(JSON.stringify(body)).digest('base64url').slice(0, MARK_CHARS)}"`;
}

/** Sends one thing, with its ETag. */
export function tagged<Body extends object>(reply: FastifyReply, body: Body): Body {
  // Of what the caller is told: a hash of what is hidden could be guessed at.
  const told = reply.server.shown(reply.request, body);
  void reply.header('etag', etagOf(told));
  return told;
}

/** Refuses, because it had changed, and says how it is now. */
export function refusedAsItIs(reply: FastifyReply, refusal: ConcordError, current: object): FastifyReply {
  return reply
    .status(refusal.status)
    .headers({ 'content-type': 'application/problem+json', etag: etagOf(reply.server.shown(reply.request, current)) })
    .send({ ...problemOf(refusal), current });
}

/** Whether what is told is what the caller saw (RFC 9110, 13.1.1). `undefined`: the caller does not say what that was. */
export function seenBy(request: FastifyRequest): ((body: object) => boolean) | undefined {
  const told = request.headers['if-match'];
  return told === undefined ? undefined : (body) => isAmong(told, request.server.shown(request, body));
}

export function isAmong(told: string, body: object): boolean {
  const etag = etagOf(body);
  return told.split(',').some((tag) => tag.trim() === '*' || tag.trim() === etag);
}

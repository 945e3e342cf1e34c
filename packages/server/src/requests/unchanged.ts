import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';

const OK = 200;
const NOT_MODIFIED = 304;

/** As a header of a request for one thing that has an ETag. */
export const ifNoneMatch = Type.Object({
  'if-none-match': Type.Optional(
    Type.String({ maxLength: 1000, description: 'Only where it has none of these ETags any more; 304 otherwise' }),
  ),
});

/** Whoever has what would be told is told that alone (RFC 9110, 13.1.2). */
export function tellUnchanged(app: FastifyInstance): void {
  app.addHook('onSend', async ({ method, headers }, reply, payload) => {
    const [etag, had] = [reply.getHeader('etag'), headers['if-none-match']];
    const isRead = method === 'GET' || method === 'HEAD';
    if (!isRead || reply.statusCode !== OK || typeof etag !== 'string' || had === undefined || !isAmong(had, etag)) return payload;
    reply.removeHeader('content-type').removeHeader('content-length').status(NOT_MODIFIED);
    return null;
  });
}

/** Compared weakly: a cache on the way may have marked it as weak. */
function isAmong(had: string, etag: string): boolean {
  return had.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//u, '') === etag);
}

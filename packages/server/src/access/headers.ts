import type { ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { FastifyInstance } from 'fastify';

const YEAR_SECONDS = 31_536_000;

/** What a browser that is led here may do with an answer: nothing but show it. A page that needs more says so itself. */
export const HARDENED = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  // Answers hold records: no cache on the way, and none of a browser, keeps them.
  'cache-control': 'no-store',
};

/** Every answer bears the headers, also a refusal, and a stream that Fastify lets go of. */
export function hardenAnswers(app: FastifyInstance): void {
  app.addHook('onRequest', (_request, reply, done) => {
    harden(reply.raw);
    done();
  });
}

/** On the raw answer, so that whatever a route says itself stands in their place. */
export function harden(raw: ServerResponse): void {
  for (const [name, value] of Object.entries(HARDENED)) raw.setHeader(name, value);
  if (raw.req.socket instanceof TLSSocket) raw.setHeader('strict-transport-security', `max-age=${YEAR_SECONDS}`);
}

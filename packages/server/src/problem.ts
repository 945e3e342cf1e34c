import { ConcordError } from '@concord/core';
import { harden } from './access/headers.ts';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';

/** A problem answer (RFC 9457), with the catalogue's code and remedy. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly remedy: string;
}

export function problemOf(error: ConcordError): Problem {
  const { code, status, message: title, remedy } = error;
  return { type: `https://concord.invalid/problems/${code.toLowerCase().replaceAll('_', '-')}`, title, status, code, remedy };
}

/** Answers every error as a problem; what is not of the catalogue is a defect of ours and is logged with its cause. */
export function answerProblem(error: FastifyError | ConcordError, request: FastifyRequest, reply: FastifyReply): void {
  const known = knownError(error, request);
  if (known.status >= 500) request.log.error({ err: error, code: known.code }, 'a request could not be answered');
  // What is refused before it has come to a route has passed no hook either.
  if (!reply.raw.headersSent) harden(reply.raw);
  void reply.status(known.status).header('content-type', 'application/problem+json').send(problemOf(known));
}

function knownError(error: FastifyError | ConcordError, { routeOptions }: FastifyRequest): ConcordError {
  if (error instanceof ConcordError) return error;
  if (error.statusCode === 413) return new ConcordError('BODY_TOO_LARGE', { bytes: routeOptions.bodyLimit }, error);
  const refused = error.statusCode !== undefined && error.statusCode < 500;
  return refused
    ? new ConcordError('REQUEST_WRONG', { words: error.message }, error)
    : new ConcordError('INTERNAL', { words: 'see the log' }, error);
}

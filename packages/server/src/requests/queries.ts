import { ConcordError, nearest } from '@concord/core';
import type { FastifyInstance } from 'fastify';
import { neededBy } from '../access/gate.ts';

const NAME_CHARS_MAX = 100;

/**
 * Refuses a parameter that a route does not take: a filter that is mistyped would otherwise answer with everything. Routes that are open to everybody
 * let it pass: what asks them, such as a probe or a system with a hook, has habits of its own.
 */
export function refuseUnknownQueries(app: FastifyInstance): void {
  app.addHook('preValidation', (request, _reply, done) => {
    const { routeOptions, method, query, is404 } = request;
    if (is404 || neededBy(method, routeOptions.config) === 'nobody') return done();
    const known = namesIn(routeOptions.schema?.querystring);
    const stranger = namesOf(query).find((name) => !known.includes(name));
    done(stranger === undefined ? undefined : unknown(stranger, known, `${method} ${routeOptions.url ?? ''}`));
  });
}

function unknown(stranger: string, known: readonly string[], route: string): ConcordError {
  const near = nearest(stranger, known);
  const all = known.length === 0 ? 'It takes none.' : `It takes ${known.join(', ')}.`;
  const words = near === undefined ? all : `Did you mean "${near}"?`;
  return new ConcordError('QUERY_UNKNOWN', { name: stranger.slice(0, NAME_CHARS_MAX), route, words });
}

function namesIn(shape: unknown): readonly string[] {
  return typeof shape === 'object' && shape !== null && 'properties' in shape ? namesOf(shape.properties) : [];
}

function namesOf(holder: unknown): readonly string[] {
  return typeof holder === 'object' && holder !== null ? Object.keys(holder) : [];
}

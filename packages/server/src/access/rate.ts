import rateLimit from '@fastify/rate-limit';
import { ConcordError, type RateConfig } from '@concord/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const WINDOW_MS = 60_000;
/** So many keys and addresses are counted at a time; the one that was not heard of for longest is forgotten for a new one. */
const COUNTED_MAX = 10_000;

/** By what a request is counted. */
export type CountedBy = keyof RateConfig;

/** Counts a request. Throws RATE_EXCEEDED, and says when to come back, where there were too many in a minute. */
export type Count = (by: CountedBy, who: string, request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/** Counters that every request of the app can be put to; each starts anew with each start. */
export function openCounters(app: FastifyInstance, rate: RateConfig): Count {
  void app.register(rateLimit, { global: false, cache: COUNTED_MAX });
  const counters = new Map<string, ReturnType<FastifyInstance['createRateLimit']>>();
  const names = new WeakMap<FastifyRequest, string>();
  // The plugin is there only once the app starts; no request comes before.
  app.addHook('onReady', async () => {
    for (const [by, max] of Object.entries(rate))
      counters.set(by, app.createRateLimit({ max, timeWindow: WINDOW_MS, keyGenerator: (request) => names.get(request) ?? request.ip }));
  });

  return async (by, who, request, reply) => {
    names.set(request, who);
    const told = await counters.get(by)?.(request);
    if (!told || told.isAllowed || !told.isExceeded) return;
    void reply.header('retry-after', String(told.ttlInSeconds));
    throw new ConcordError('RATE_EXCEEDED', {
      max: rate[by],
      who: by === 'key' ? 'with this key' : 'from this address',
      seconds: told.ttlInSeconds,
    });
  };
}

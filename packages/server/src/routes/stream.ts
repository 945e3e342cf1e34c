import { must } from '@concord/core';
import { Type } from 'typebox';
import { entitiesAsked, isStillIn } from '../access/gate.ts';
import type { App, Rooms } from '../app.ts';
import { follow } from '../stream/follow.ts';
import { openClosing } from '../stream/closing.ts';
import { openInitialProgress } from '../stream/initial.ts';
import { openSlots } from '../stream/slots.ts';
import { openSse } from '../stream/sse.ts';
import { clock } from '../surroundings.ts';
import { checkEntity } from './find.ts';

const READERS_MAX = 100;
/** A console has one for each of its windows. */
const SHARE_MAX = 20;
const SLOW_MS_MAX = 30_000;
const LIMITS = { lookMs: 1_000, beatMs: 15_000 };

const ask = Type.Object(
  { entity: Type.Optional(Type.Array(Type.String({ maxLength: 100 }), { maxItems: 100, description: 'These alone; once for each' })) },
  { additionalProperties: false },
);
const headers = Type.Object({
  'last-event-id': Type.Optional(Type.String({ maxLength: 100, description: 'The id that was heard last: everything behind it is told' })),
});

/** What is new, as it becomes so. */
export function streamRoutes(app: App, rooms: Rooms): void {
  const { ledger, engine, logger } = rooms;
  const closing = openClosing();
  const initial = openInitialProgress(rooms, clock);
  const slots = openSlots(READERS_MAX, SHARE_MAX);
  app.addHook('preClose', async () => closing.close());

  app.get(
    '/v1/stream',
    { config: { scoped: true }, exposeHeadRoute: false, schema: { querystring: ask, headers } },
    async (request, reply) => {
      for (const entity of request.query.entity ?? []) checkEntity(rooms, entity);
      const entities = entitiesAsked(request, request.query.entity);
      const caller = must(request.caller, 'nobody listens without a key');
      const giveBack = slots.take(caller, () => sse.end('an admin has taken the place; come back with your last id'));
      const lastId = request.headers['last-event-id'];
      reply.hijack();
      const sse = openSse(reply.raw, SLOW_MS_MAX, (data) => app.shown(request, data), giveBack);
      try {
        const set = entities && new Set(entities);
        await follow(
          { ledger, engine, clock, initial },
          { sse, lastId, entities: set, mayListen: () => isStillIn(request, rooms, clock.nowMs()), closing },
          LIMITS,
        );
      } catch (cause) {
        logger.error({ err: cause }, 'stream broken off');
        sse.end('something broke; come back with your last id');
      } finally {
        giveBack();
      }
    },
  );
}

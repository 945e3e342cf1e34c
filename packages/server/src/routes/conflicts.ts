import { ConcordError } from '@concord/core';
import { Type } from 'typebox';
import type { App, Rooms } from '../app.ts';
import { choices } from './choices.ts';
import { conflictList, listConflicts } from './conflict-list.ts';
import { ifMatch, seenBy, tagged } from './etag.ts';
import { ifNoneMatch } from '../requests/unchanged.ts';
import { person, personAlone } from './person.ts';
import { openInbox, type Outcome } from './rulings.ts';

const one = Type.Object({ id: Type.String({ maxLength: 300 }) });
const ruling = Type.Object({ ...choices, ...person }, { additionalProperties: false });

/** So many are decided by one request: whoever decides more should look between. */
const TOGETHER_MAX = 100;
const several = Type.Object(
  {
    items: Type.Array(
      Type.Object(
        {
          id: Type.String({ maxLength: 300 }),
          ...choices,
          ifMatch: Type.Optional(Type.String({ maxLength: 100, description: 'Only while the conflict has this ETag' })),
        },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: TOGETHER_MAX },
    ),
    ...person,
  },
  { additionalProperties: false },
);

const resolving = { needs: 'resolver' as const, scoped: true, speaks: true };

export function conflictRoutes(app: App, rooms: Rooms): void {
  const { engine, ledger } = rooms;
  const { find, tell, asSeen, resolve, orCurrent, outcomeOf } = openInbox(rooms);

  app.get('/v1/conflicts', { config: { scoped: true }, schema: { querystring: conflictList } }, async (request) => {
    const page = await listConflicts(ledger, request, request.query);
    return { ...page, items: page.items.map(tell) };
  });

  app.get('/v1/conflicts/:id', { config: { scoped: true }, schema: { params: one, headers: ifNoneMatch } }, async (request, reply) =>
    tagged(reply, tell(await find(request, request.params.id))),
  );

  app.post(
    '/v1/conflicts/:id/resolve',
    { config: resolving, schema: { params: one, headers: ifMatch, body: ruling } },
    (request, reply) => {
      const { by, note, ...choice } = request.body;
      const { id } = request.params;
      const wanted = { id, choice, by, note, isSeen: seenBy(request) };
      return orCurrent(request, reply, id, async () => tagged(reply, tell(await resolve(request, wanted))));
    },
  );

  app.post('/v1/conflicts/resolve', { config: resolving, schema: { body: several } }, async (request) => {
    const outcomes: Outcome[] = [];
    for (const item of request.body.items) outcomes.push(await outcomeOf(request, request.body, item));
    return { items: outcomes };
  });

  app.post(
    '/v1/conflicts/:id/reopen',
    { config: resolving, schema: { params: one, headers: ifMatch, body: personAlone } },
    (request, reply) => {
      const { id } = request.params;
      return orCurrent(request, reply, id, async () => {
        const conflict = await find(request, id);
        const answer = await engine.reopen({ conflict: conflict.id, ...request.body, ...asSeen(seenBy(request)) });
        if (answer.kind === 'moved') throw new ConcordError('CONFLICT_MOVED', { conflict: id });
        if (answer.kind === 'refused') throw new ConcordError('REOPEN_REFUSED', { conflict: id, words: answer.words });
        return tagged(reply, tell(await find(request, id)));
      });
    },
  );
}

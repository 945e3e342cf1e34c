import { conflictIdFrom, ConcordError, type ConflictRow, type RulingAnswer } from '@concord/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import { maySee } from '../access/gate.ts';
import type { App, Rooms } from '../app.ts';
import { problemOf, type Problem } from '../problem.ts';
import { tellConflict } from '../views/history.ts';
import { choiceOf, choices } from './choices.ts';
import { conflictList, listConflicts } from './conflict-list.ts';
import { etagOf, ifMatch, isAmong, seenBy, tagged } from './etag.ts';
import { person, personAlone } from './person.ts';

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

/** What a person wants of a conflict. */
interface Wanted {
  readonly id: string;
  readonly choice: Parameters<typeof choiceOf>[2];
  readonly by: string;
  readonly note?: string | undefined;
  readonly isSeen: ((body: object) => boolean) | undefined;
}

const resolving = { needs: 'resolver' as const, scoped: true, speaks: true };

export function conflictRoutes(app: App, rooms: Rooms): void {
  const { engine, ledger, tables } = rooms;

  async function find(request: FastifyRequest, id: string): Promise<ConflictRow> {
    const conflict = await ledger.conflict(conflictIdFrom(id));
    if (!conflict || !maySee(request, conflict.entity)) throw new ConcordError('CONFLICT_UNKNOWN', { conflict: id });
    return conflict;
  }

  const tell = (conflict: ConflictRow) => tellConflict(tables.get(conflict.entity), conflict);
  const asSeen = (isSeen: Wanted['isSeen']) => (isSeen ? { isAsSeen: (row: ConflictRow) => isSeen(tell(row)) } : {});

  app.get('/v1/conflicts', { config: { scoped: true }, schema: { querystring: conflictList } }, async (request) => {
    const page = await listConflicts(ledger, request, request.query);
    return { ...page, items: page.items.map(tell) };
  });

  app.get('/v1/conflicts/:id', { config: { scoped: true }, schema: { params: one } }, async (request, reply) =>
    tagged(reply, tell(await find(request, request.params.id))),
  );

  /** Throws what the catalogue says of an answer that is no yes. */
  async function resolve(request: FastifyRequest, { id, choice: told, by, note, isSeen }: Wanted): Promise<ConflictRow> {
    const conflict = await find(request, id);
    const choice = await choiceOf(rooms, conflict, told);
    const answer = await engine.resolve({ conflict: conflict.id, choice, by, ...(note === undefined ? {} : { note }), ...asSeen(isSeen) });
    if (answer.kind !== 'resolved') throw refusal(id, told.side, answer);
    return find(request, id);
  }

  /** What was refused because it had changed is told as it is now. */
  async function orCurrent<Answer>(request: FastifyRequest, reply: FastifyReply, id: string, work: () => Promise<Answer>) {
    try {
      return await work();
    } catch (cause) {
      if (!isMoved(cause)) throw cause;
      const current = tell(await find(request, id));
      return reply
        .status(cause.status)
        .headers({ 'content-type': 'application/problem+json', etag: etagOf(current) })
        .send({ ...problemOf(cause), current });
    }
  }

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

  /** Each is decided for itself, and has its own end. */
  async function outcomeOf(request: FastifyRequest, { by, note }: Spoken, { id, ifMatch: tag, ...choice }: Item): Promise<Outcome> {
    try {
      const isSeen = tag === undefined ? undefined : (body: object) => isAmong(tag, body);
      return { id, status: 200, conflict: tell(await resolve(request, { id, choice, by, note, isSeen })) };
    } catch (cause) {
      if (!(cause instanceof ConcordError)) throw cause;
      const current = isMoved(cause) ? { conflict: tell(await find(request, id)) } : {};
      return { id, status: cause.status, problem: problemOf(cause), ...current };
    }
  }

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

type Spoken = Pick<Static<typeof several>, 'by' | 'note'>;
type Item = Static<typeof several>['items'][number];

interface Outcome {
  readonly id: string;
  readonly status: number;
  readonly conflict?: ReturnType<typeof tellConflict>;
  readonly problem?: Problem;
}

function isMoved(cause: unknown): cause is ConcordError {
  return cause instanceof ConcordError && cause.code === 'CONFLICT_MOVED';
}

function refusal(conflict: string, side: string | undefined, answer: Exclude<RulingAnswer, { kind: 'resolved' }>): ConcordError {
  switch (answer.kind) {
    case 'unknown-conflict':
      return new ConcordError('CONFLICT_UNKNOWN', { conflict });
    case 'closed':
      return new ConcordError('CONFLICT_CLOSED', { conflict });
    case 'moved':
      return new ConcordError('CONFLICT_MOVED', { conflict });
    case 'no-such-side':
      return new ConcordError('RULING_SIDE_UNKNOWN', { side: side ?? '', sides: answer.sides.join(', ') });
    case 'no-such-choice':
      return new ConcordError('RULING_CHOICE_UNKNOWN', { conflict, choices: answer.choices.join('; ') });
    case 'refused':
      return new ConcordError('RULING_REFUSED', { conflict, words: answer.words });
  }
}

import { conflictIdFrom, ConcordError, type ConflictRow, type RulingAnswer } from '@concord/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { maySee } from '../access/gate.ts';
import type { Rooms } from '../app.ts';
import { problemOf, type Problem } from '../problem.ts';
import { tellConflict } from '../views/history.ts';
import { choiceOf } from './choices.ts';
import { isAmong, refusedAsItIs } from './etag.ts';

type Choice = Parameters<typeof choiceOf>[2];

/** What a person wants of a conflict. */
export interface Wanted {
  readonly id: string;
  readonly choice: Choice;
  readonly by: string;
  readonly note?: string | undefined;
  readonly isSeen: ((body: object) => boolean) | undefined;
}

/** The conflicts that callers may see, and what they want of them. */
export function openInbox({ engine, ledger, tables }: Pick<Rooms, 'engine' | 'ledger' | 'tables'>) {
  async function find(request: FastifyRequest, id: string): Promise<ConflictRow> {
    const conflict = await ledger.conflict(conflictIdFrom(id));
    if (!conflict || !maySee(request, conflict.entity)) throw new ConcordError('CONFLICT_UNKNOWN', { conflict: id });
    return conflict;
  }

  const tell = (conflict: ConflictRow) => tellConflict(tables.get(conflict.entity), conflict);
  const asSeen = (isSeen: Wanted['isSeen']) => (isSeen ? { isAsSeen: (row: ConflictRow) => isSeen(tell(row)) } : {});

  /** Throws what the catalogue says of an answer that is no yes. */
  async function resolve(request: FastifyRequest, { id, choice: told, by, note, isSeen }: Wanted): Promise<ConflictRow> {
    const conflict = await find(request, id);
    const choice = await choiceOf({ ledger, tables }, conflict, told);
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
      return refusedAsItIs(reply, cause, tell(await find(request, id)));
    }
  }

  /** Each is decided for itself, and has its own end. */
  async function outcomeOf(
    request: FastifyRequest,
    { by, note }: Pick<Wanted, 'by' | 'note'>,
    { id, ifMatch: tag, ...choice }: Item,
  ): Promise<Outcome> {
    try {
      const isSeen = tag === undefined ? undefined : (body: object) => isAmong(request, tag, body);
      return { id, status: 200, conflict: tell(await resolve(request, { id, choice, by, note, isSeen })) };
    } catch (cause) {
      if (!(cause instanceof ConcordError)) throw cause;
      const current = isMoved(cause) ? { conflict: tell(await find(request, id)) } : {};
      return { id, status: cause.status, problem: problemOf(cause), ...current };
    }
  }

  return { find, tell, asSeen, resolve, orCurrent, outcomeOf };
}

type Item = Choice & { readonly id: string; readonly ifMatch?: string | undefined };

export interface Outcome {
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

import { systemId, type EntityName, type Outcome, type Pull, type Read, type System, type Version, type Write } from '@concord/core';
import { memory } from '@concord/adapters';
import type { Dice } from './dice.ts';
import type { Fault } from './story.ts';
import { OWNER } from './map.ts';
import { hintsIn, type SimSystem } from './system.ts';
import type { Life, Timeline } from './timeline.ts';

/** What one call meets on its way. */
export type FaultAt = (method: Fault['method']) => Fault['kind'] | undefined;

export interface WireOptions {
  readonly timeline: Timeline;
  readonly life: Life;
  readonly dice: Dice;
  readonly faultAt: FaultAt;
  readonly crash: () => void;
  /** Nothing goes wrong any more. */
  readonly isCalm: () => boolean;
  /** A single row is asked for. */
  readonly reading: () => void;
  /** Told when an answer to a write has reached us. */
  readonly heard: (write: Write, told: Outcome) => void;
}

/** So long an adapter waits for an answer. */
const PATIENCE_MS = 2000;
const SLOW = 20;
const AWAY = { kind: 'unreachable', words: 'no answer came' } as const;

type Trouble =
  | { readonly kind: 'throttled'; readonly retryAfterMs: number }
  | { readonly kind: 'unreachable' | 'denied'; readonly words: string };

/** A gateway's answers, each of which says nothing of the write. */
const GATEWAY: readonly Outcome[] = [
  { kind: 'unknown', words: 'HTTP 500' },
  { kind: 'unknown', words: 'HTTP 502' },
  { kind: 'unknown', words: 'HTTP 503', unable: {} },
  { kind: 'unknown', words: 'HTTP 503', unable: { retryAfterMs: 400 } },
  { kind: 'unknown', words: 'HTTP 504' },
];

/**
 * A system behind a network: the port that the engine is given. Requests that are on their way when the engine dies may still arrive. `owners`:
 * its other table, where the story has one.
 */
export function wireTo(system: SimSystem, owners: SimSystem | undefined, options: WireOptions): System {
  const { timeline, life, dice, faultAt, crash } = options;
  const { id, versions, answerMs, answers } = system.nature;
  let calls = 0;

  /** Half-way there, half-way back. Some take much longer than most. */
  function delay(): number {
    const [much, tail] = [dice(`${id} delay`, (calls += 1)), dice(`${id} tail`, calls)];
    return answerMs * (0.2 + much) * (tail < 0.05 && !options.isCalm() ? SLOW : 1) * 0.5;
  }

  function trouble(fault: Fault['kind'] | undefined): Trouble | undefined {
    if (fault === 'throttled') return { kind: 'throttled', retryAfterMs: 100 + Math.floor(dice(`${id} throttle`, calls) * 1500) };
    if (fault === 'unreachable' || fault === 'denied') return { kind: fault, words: 'it is the network' };
    return undefined;
  }

  function insideOf(entity: EntityName): SimSystem {
    return owners && entity === OWNER ? owners : system;
  }

  function ask<Answer>(method: 'changes' | 'read', answer: () => Answer): Promise<Answer | Trouble> {
    const fault = faultAt(method);
    if (method === 'read') options.reading();
    return new Promise((resolve) => {
      const [there, back] = [delay(), delay() * (fault === 'slow' ? SLOW : 1)];
      if (fault === 'lost before' || fault === 'lost after' || fault === 'late' || there + back > PATIENCE_MS) {
        return timeline.at(timeline.now + PATIENCE_MS, () => resolve(AWAY), life);
      }
      if (fault === 'crash before') return timeline.at(timeline.now + there, crash, life);
      return timeline.at(
        timeline.now + there,
        () => {
          const told = trouble(fault) ?? answer();
          if (fault === 'crash after') return timeline.at(timeline.now + back, crash, life);
          timeline.at(timeline.now + back, () => resolve(told), life);
        },
        life,
      );
    });
  }

  /** Whether the engine lives on or not, a request that was sent goes its way. */
  function send(write: Write): Promise<Outcome> {
    const fault = faultAt('write');
    return new Promise((resolve) => {
      const [there, back] = [delay(), delay()];
      const answer = (told: Outcome, ms: number): void =>
        timeline.at(
          timeline.now + ms,
          () => {
            if (told.kind !== 'unknown') options.heard(write, told);
            resolve(told);
          },
          life,
        );
      const isLate = fault === 'late' || fault === 'slow';
      const arrives = timeline.now + there + (isLate ? PATIENCE_MS * (0.5 + 2 * dice(`${id} late`, calls)) : 0);
      if (fault === 'lost before') return answer({ kind: 'unknown', words: 'no answer came' }, PATIENCE_MS);
      if (arrives - timeline.now + back > PATIENCE_MS || fault === 'lost after')
        answer({ kind: 'unknown', words: 'no answer came' }, PATIENCE_MS);
      const isHeard = arrives - timeline.now + back <= PATIENCE_MS && fault !== 'lost after';
      // A connection that breaks before the request is out takes it along.
      const isCarried = dice(`${id} carried`, calls) < 0.5;
      timeline.at(arrives, () => {
        if (fault === 'crash before' && !life.isOver) return crash();
        if ((life.isOver && !isCarried) || ((!isHeard || life.isOver) && isOutlived(system, write))) return;
        const refusal =
          fault === 'refused' ? { kind: 'refused' as const, why: 'validation-rejected' as const, words: 'not today' } : undefined;
        const gateway = GATEWAY[Math.floor(dice(`${id} gateway`, calls) * GATEWAY.length)];
        if (fault === 'gateway before' && gateway) return answer(gateway, back);
        const told = refusal ?? trouble(fault) ?? insideOf(write.entity).write(write);
        if (fault === 'gateway after' && gateway) return answer(gateway, back);
        if (fault === 'crash after') timeline.at(timeline.now + back, crash, life);
        else if (isHeard) reply(write, told, back, answer);
      });
    });
  }

  /** What an adapter makes of an answer that tells no row: it reads it, and what it answers does not hang on whether it can. */
  function reply({ entity }: Write, told: Outcome, back: number, answer: (told: Outcome, ms: number) => void): void {
    const isRefused = (told.kind === 'stale' || told.kind === 'exists') && told.row !== undefined;
    const isBlind = told.kind === 'written' && (answers === 'read-later' || answers === 'etag');
    const fault = isRefused || isBlind ? faultAt('behind') : undefined;
    const isUnread = fault !== undefined && fault !== 'slow';
    if (isRefused && isUnread) return answer({ kind: told.kind }, back);
    if (told.kind !== 'written' || !isBlind) return answer(told, back);
    timeline.at(
      timeline.now + back / 2 + (fault === 'slow' ? PATIENCE_MS / 2 : 0),
      () => {
        const read = isUnread ? AWAY : insideOf(entity).read(told.key);
        answer(answers === 'etag' ? underVersion(told, read) : unversioned(told, read), back / 2);
      },
      life,
    );
  }

  const port: System = {
    id: systemId(id),
    dialect: memory({ id: systemId(id), bindings: [] }).dialect,
    changes: (entity, from): Promise<Pull> => ask('changes', () => insideOf(entity).pull(from)),
    read: (entity, key): Promise<Read> => ask('read', () => insideOf(entity).read(key)),
    write: send,
    hints: hintsIn,
    close: () => Promise.resolve(),
  };
  return versions === 'ordered' ? { ...port, compareVersions: inOrder } : port;
}

type Written = Extract<Outcome, { readonly kind: 'written' }>;

/** The answer told no version: whatever is read may be a later row. */
function unversioned({ key }: Written, read: Read): Outcome {
  if (read.kind !== 'row') return { kind: 'applied', key };
  const { version, columns } = read.row;
  return { kind: 'written', key, version, columns, readLater: true };
}

/** The answer told the version: whether the row is ours is known. */
function underVersion({ key, version }: Written, read: Read): Outcome {
  return read.kind === 'row' && read.row.version === version
    ? { kind: 'written', key, version, columns: read.row.columns }
    : unversioned({ kind: 'written', key, version, columns: {} }, read);
}

/** A create that arrives when its row was made by another one and is gone again: that no system can tell from a new one. */
function isOutlived({ rows }: SimSystem, { kind, columns }: Write): boolean {
  return kind === 'create' && rows.all().some((kept) => kept.columns === undefined && kept.account === columns['account']);
}

function inOrder(one: Version, other: Version): number {
  return Number(one.slice(1)) - Number(other.slice(1));
}

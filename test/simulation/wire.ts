import { systemId, type Outcome, type Pull, type Read, type System, type Version, type Write } from '@concord/core';
import { memory } from '@concord/adapters';
import type { Dice } from './dice.ts';
import type { Fault } from './story.ts';
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

/** A system behind a network: the port that the engine is given. Requests that are on their way when the engine dies may still arrive. */
export function wireTo(system: SimSystem, options: WireOptions): System {
  const { timeline, life, dice, faultAt, crash } = options;
  const { id, versions, answerMs } = system.nature;
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

  function ask<Answer>(method: 'changes' | 'read', answer: () => Answer): Promise<Answer | Trouble> {
    const fault = faultAt(method);
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
        const told = refusal ?? trouble(fault) ?? system.write(write);
        if (fault === 'crash after') timeline.at(timeline.now + back, crash, life);
        else if (isHeard) reply(told, back, answer);
      });
    });
  }

  function reply(told: Outcome, back: number, answer: (told: Outcome, ms: number) => void): void {
    if (system.nature.answers !== 'read-later' || told.kind !== 'written') return answer(told, back);
    timeline.at(
      timeline.now + back / 2,
      () => {
        const read = system.read(told.key);
        if (read.kind !== 'row') return answer({ kind: 'unknown', words: 'it is gone already' }, back / 2);
        const { version, columns } = read.row;
        answer({ kind: 'written', key: told.key, version, columns, readLater: true }, back / 2);
      },
      life,
    );
  }

  const port: System = {
    id: systemId(id),
    dialect: memory({ id: systemId(id), bindings: [] }).dialect,
    changes: (_entity, from): Promise<Pull> => ask('changes', () => system.pull(from)),
    read: (_entity, key): Promise<Read> => ask('read', () => system.read(key)),
    write: send,
    hints: hintsIn,
    close: () => Promise.resolve(),
  };
  return versions === 'ordered' ? { ...port, compareVersions: inOrder } : port;
}

/** A create that arrives when its row was made by another one and is gone again: that no system can tell from a new one. */
function isOutlived({ rows }: SimSystem, { kind, columns }: Write): boolean {
  return kind === 'create' && rows.all().some((kept) => kept.columns === undefined && kept.account === columns['account']);
}

function inOrder(one: Version, other: Version): number {
  return Number(one.slice(1)) - Number(other.slice(1));
}

import type { PullerStatus } from '@concord/core';
import { tellSince } from './put-back.ts';
import { instantOf } from './values.ts';

/** What waits to be written to a map's system. */
export interface Backlog {
  readonly due: number;
  readonly waiting: number;
  readonly parked: number;
  /** Since when the one that has waited longest could have gone. */
  readonly oldestMs?: number;
}

const MS_A_SECOND = 1000;

/** A map for a reader: how it is, and how far behind it is in each direction. */
export function tellMap({ upToMs, pause, putBack, ...status }: PullerStatus, { oldestMs, ...counts }: Backlog, nowMs: number) {
  return {
    ...status,
    ...(pause ? { pause: tellPause(pause) } : {}),
    ...(putBack ? { putBack: tellSince(putBack) } : {}),
    from: upToMs === undefined ? {} : { upTo: instantOf({ ms: upToMs }), lagSeconds: secondsOf(nowMs - upToMs) },
    to: { ...counts, lagSeconds: oldestMs === undefined ? 0 : secondsOf(nowMs - oldestMs) },
  };
}

function tellPause({ sinceMs, ...told }: NonNullable<PullerStatus['pause']>) {
  return { ...told, since: instantOf({ ms: sinceMs }) };
}

function secondsOf(ms: number): number {
  return Math.max(0, ms) / MS_A_SECOND;
}

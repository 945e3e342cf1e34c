import type { Attributes, Hop, Tracing } from '@concord/core';

/** A span as the engine told it. */
export interface SpanTold {
  readonly hop: Hop;
  readonly at: string;
  readonly from: string | undefined;
  readonly also: readonly string[];
  readonly attributes: Attributes;
  readonly isFailure: boolean;
}

/** Keeps what is told: those that have ended, in that order. */
export function spanBook(): { readonly tracing: Tracing; readonly ended: readonly SpanTold[]; open(): number } {
  const ended: SpanTold[] = [];
  let begun = 0;
  return {
    ended,
    open: () => begun - ended.length,
    tracing: {
      nowMs: () => performance.timeOrigin + performance.now(),
      begin(hop, _atMs, first, from, also) {
        begun += 1;
        const at = `span ${begun}`;
        return {
          traceparent: at,
          end: (_endMs, more, isFailure) => void ended.push({ hop, at, from, also, attributes: { ...first, ...more }, isFailure }),
        };
      },
    },
  };
}

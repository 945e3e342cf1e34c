import type { RetentionPass } from '@concord/core';
import { instantOf } from './values.ts';

/** How far it is that histories are told short, or what the last time came to. */
export function tellPass({ beforeMs, beganAtMs, endedAtMs, ...told }: RetentionPass) {
  return {
    state: endedAtMs === undefined ? ('running' as const) : ('done' as const),
    ...told,
    before: instantOf({ ms: beforeMs }),
    began: instantOf({ ms: beganAtMs }),
    ...(endedAtMs === undefined ? {} : { ended: instantOf({ ms: endedAtMs }) }),
  };
}

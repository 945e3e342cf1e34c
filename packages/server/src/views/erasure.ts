import type { OperatorAct } from '@concord/core';
import { instantOf } from './values.ts';

/** Who had what erased, when, and why. `undefined` for anything else that somebody did. */
export function tellErasure({ atMs, operator, record, note, erased }: OperatorAct) {
  if (!erased) return undefined;
  return { at: instantOf({ ms: atMs }), by: operator, record, ...(note === undefined ? {} : { note }), ...erased };
}

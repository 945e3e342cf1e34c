import type { OperatorAct } from '@concord/core';
import { instantOf } from './values.ts';

/** What somebody did, when, and why. */
export function tellAct({ atMs, operator, ...told }: OperatorAct) {
  return { at: instantOf({ ms: atMs }), by: operator, ...told };
}

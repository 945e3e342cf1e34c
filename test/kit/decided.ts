import { decideRegister, must, registerOf, viewOfConflict, type Conflict, type Json, type Made, type Resolution } from '@concord/core';

/** Concurrent edits, and what their policy had kept of those that are closed. */
export interface Quarrel extends Conflict {
  readonly kept?: Json;
}

/** What the edits come to in a register that nobody else edits. */
export function decide(made: Made, { kept, ...conflict }: Quarrel): ReturnType<typeof decideRegister> {
  const { stable, log, count } = registerOf(conflict);
  const before = stable && { ...stable, ...(kept === undefined ? {} : { kept }) };
  return decideRegister({ ...(before ? { stable: before } : {}), log, count }, { ...made, type: conflict.type }, conflict);
}

/** What a policy answers to edits of which at least one changed something. */
export function answerOf({ policy }: Made, conflict: Conflict): Resolution {
  return policy(must(viewOfConflict(conflict), 'somebody changed something'));
}

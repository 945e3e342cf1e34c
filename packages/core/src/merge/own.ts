import type { Stamp } from '../clock/stamp.ts';
import type { OpId } from '../ids.ts';
import { CONCORD } from '../record/actors.ts';
import { copyOfRegister } from '../record/copies.ts';
import type { Register } from '../record/record.ts';
import type { Value } from '../values.ts';

/**
 * A register whose value is Concord's own, in place of all edits: it is not chosen among them, so whoever edits next stands on it or not, like
 * on anybody's edit.
 */
export function ownRegister(register: Register, value: Value, op: OpId, stamp: Stamp): Register {
  const own = renumbered(register);
  const { count } = own;
  const edit = {
    op,
    system: CONCORD,
    value,
    on: undefined,
    saw: count,
    known: undefined,
    number: count,
    stamp: { ...stamp, system: CONCORD },
    by: undefined,
  };
  return { ...own, frontier: [edit], beneath: undefined };
}

/** With room for one more merged value: whoever had seen the one before has not seen what other fields made of it. */
export function renumbered(register: Register): ReturnType<typeof copyOfRegister> {
  const next = copyOfRegister(register);
  next.count = register.count + 1;
  return next;
}

import { systemId } from '../ids.ts';
import { isEmpty, sameValue, type Value } from '../values.ts';
import type { Edit, Register, Stable } from './register.ts';

/**
 * Somebody who has not seen all that is closed makes an edit: a birth in a late system, or a system that was silent, unlinked, or put back. The
 * stable value becomes an edit again, made on what the newcomer saw, so that the two meet.
 */
export function reopen(register: Register, saw: number, before: Value | undefined): Register {
  const { stable, log, acks } = register;
  if (!stable || saw >= stable.number) return before === undefined ? register : { ...register, log: cut(log, saw, before) };
  const { value, number, op, author, stamp, by, kept } = stable;
  const edit: Edit = {
    op,
    author,
    value,
    ...(before === undefined ? {} : { before }),
    saw,
    number,
    stamp,
    ...(by === undefined ? {} : { by }),
    adrift: number,
    ...(kept === undefined ? {} : { kept }),
  };
  // What systems show that have seen it was decided without the newcomer, and follows from the log no more.
  const shown = { ...register.shown };
  for (const [system, ack] of Object.entries(acks)) if (ack === number && !Object.hasOwn(shown, system)) shown[system] = value;
  // Who has seen nothing, and holds nothing, says nothing of what was there before.
  const isNothing = before === undefined || (saw === 0 && isEmpty(before));
  return { ...register, stable: isNothing ? undefined : beneath(stable, saw, before), log: [edit, ...log], shown };
}

/** What stood before anything that the newcomer has not seen. It is older than everything. */
function beneath({ op, author, value, kept }: Stable, number: number, before: Value): Stable {
  const isSame = sameValue(before, value);
  return {
    value: before,
    ...(isSame && kept !== undefined ? { kept } : {}),
    number,
    op,
    author,
    stamp: { ms: 0, count: 0, system: systemId('') },
  };
}

/**
 * An edit that came back was made by several people, of whom somebody else has seen some: it is cut in two at what that one saw. Otherwise the
 * order in which two late systems return would matter.
 */
function cut(log: readonly Edit[], saw: number, before: Value): readonly Edit[] {
  return log.flatMap((edit) => {
    if (edit.adrift !== edit.number || edit.saw >= saw || saw >= edit.number) return [edit];
    return [
      { ...edit, value: before, number: saw, adrift: saw, kept: undefined },
      { ...edit, before, saw },
    ];
  });
}

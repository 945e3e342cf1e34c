import type { SystemId } from '../ids.ts';
import type { MappedRow } from '../map/mapped.ts';
import type { Attempt, Register, Shadow } from '../record/record.ts';
import { isEmpty, sameValue, type Value } from '../values.ts';
import { registerNow, putRegister, type Draft } from './draft.ts';
import { emptyLike, seenBy } from './frontier.ts';

/**
 * A row that we made anew is empty where we wrote nothing, whatever the row before it held, and also where the answer does not tell: that is
 * nobody's edit. What we may write there, and could not because it waited for a person, has to be written to it once it does not.
 */
export function startAfresh(draft: Draft, row: MappedRow, { registers }: Attempt): void {
  for (const [name, rule] of draft.table.registers) {
    const register = registerNow(draft, name);
    const shadow = register?.shadows[row.system];
    if (!register || !shadow || registers[name] || isEmpty(shadow.value)) continue;
    const value = row.values.get(name) ?? emptyLike(shadow.value);
    if (!isEmpty(value)) continue;
    const ops = rule.writes(row.system) ? [] : shadow.ops;
    putRegister(draft, name, seenBy(register, row.system, { value, sent: undefined, ops, saw: shadow.saw }));
  }
}

/**
 * The registers in which the answer to a write tells what its system filled in by itself: defaults of a row that was made, numbers that it gave,
 * columns that follow from others. That is nobody's edit. Where somebody's value is still to be written there, it is not even news, and the
 * system is remembered to hold it.
 */
export function filledIn(draft: Draft, row: MappedRow, settled: ReadonlySet<string>): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [name, value] of row.values) {
    if (settled.has(name)) continue;
    const register = registerNow(draft, name);
    const shadow = register?.shadows[row.system];
    if (shadow ? sameValue(shadow.value, value) : isEmpty(value)) continue;
    names.add(name);
    if (register && isAwaited(draft, name, register, row.system))
      putRegister(draft, name, seenBy(register, row.system, { value, sent: undefined, ops: shadow?.ops ?? [], saw: shadow?.saw ?? 0 }));
  }
  return names;
}

/** That a new row is to be empty there is not what its system stored otherwise: it had nothing to store, and filled it in. */
export function isFilledIn({ kind }: Attempt, sent: Value, told: Value): boolean {
  return kind === 'create' && isEmpty(sent) && !isEmpty(told);
}

/** Whether a value that a person or another system set is still to come to this system. */
function isAwaited({ table }: Draft, name: string, register: Register, system: SystemId): boolean {
  if (table.registers.get(name)?.writes(system) !== true || (isEmpty(register.value) && !register.held)) return false;
  const shadow: Shadow | undefined = register.shadows[system];
  return !shadow || register.ops.some((op) => !shadow.ops.includes(op));
}

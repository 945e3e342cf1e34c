import type { Value } from '../values.ts';
import type { RecordState, Register } from './record.ts';
import { isResting, lengthen } from './resting.ts';

/** A register of a record, whole, whichever way it is stored. */
export function registerIn(record: RecordState, name: string): Register | undefined {
  const stored = record.registers[name];
  if (stored === undefined || !isResting(stored)) return stored;
  return lengthen(stored, Object.keys(record.actors), Object.keys(record.links));
}

/** All registers of a record, whole, by name. */
export function registersIn(record: RecordState): Readonly<Record<string, Register>> {
  const whole: Record<string, Register> = {};
  for (const name of Object.keys(record.registers)) {
    const register = registerIn(record, name);
    if (register) whole[name] = register;
  }
  return whole;
}

/** In the names of registers that were set aside, and of no field. */
const ASIDE = '~';

/** Whether it only names operations of the document that nobody has written over: its field is mirrored no more, or began anew. */
export function isSetAside(name: string): boolean {
  return name.includes(ASIDE);
}

/** The name under which a register is set aside; one can be so more than once. */
export function asideName({ registers }: Pick<RecordState, 'registers'>, name: string): string {
  let count = 1;
  while (Object.hasOwn(registers, `${name}${ASIDE}${count}`)) count += 1;
  return `${name}${ASIDE}${count}`;
}

/** What a register was called before it was set aside. */
export function formerName(name: string): string {
  return name.split(ASIDE)[0] ?? name;
}

/** The merged value of a register; `undefined` when the record does not have it. */
export function valueIn(record: Pick<RecordState, 'registers'>, name: string): Value | undefined {
  const stored = record.registers[name];
  if (stored === undefined) return undefined;
  return isResting(stored) ? stored[0] : stored.value;
}

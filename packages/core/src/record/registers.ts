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

/** The merged value of a register; `undefined` when the record does not have it. */
export function valueIn(record: Pick<RecordState, 'registers'>, name: string): Value | undefined {
  const stored = record.registers[name];
  if (stored === undefined) return undefined;
  return isResting(stored) ? stored[0] : stored.value;
}

import { fieldsOf, isTuple, LIFE, type EditTold, type Scalar, type Stamp, type Table, type Value } from '@concord/core';

/** A register's value under the names of its fields. */
export function valuesOf(fields: readonly string[], value: Value | undefined): Record<string, Scalar> {
  if (value === undefined) return {};
  return Object.fromEntries(fields.map((field, index) => [field, isTuple(value) ? (value[index] ?? null) : value]));
}

/** The fields of a register, also of one that the table map no longer has. */
export function fieldsIn(table: Table | undefined, register: string): readonly string[] {
  return register === LIFE || !table?.registers.has(register) ? [register] : fieldsOf(table, register);
}

/** ISO 8601, UTC, with milliseconds. */
export function instantOf(stamp: Pick<Stamp, 'ms'>): string {
  return new Date(stamp.ms).toISOString();
}

/** An edit for a reader. */
export function tellEdit(table: Table | undefined, edit: EditTold) {
  const fields = fieldsIn(table, edit.register);
  return {
    system: edit.system,
    at: instantOf(edit.stamp),
    ...(edit.by === undefined ? {} : { by: edit.by }),
    values: valuesOf(fields, edit.value),
    ...(edit.on === undefined ? {} : { before: valuesOf(fields, edit.on) }),
  };
}

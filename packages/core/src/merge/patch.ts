import { fieldsOf, type Table } from '../map/compile.ts';
import type { PatchLine } from '../ports/plan.ts';
import { isTuple, type Scalar, type Value } from '../values.ts';

/**
 * The JSON Patch (RFC 6902) of one register from one merged value to the next: a line for each field that differs. `before` is absent when
 * the register had none. Fields are root keys with plain names, so each line stands for itself.
 */
export function patchOf(table: Table, register: string, before: Value | undefined, after: Value): readonly PatchLine[] {
  const lines: PatchLine[] = [];
  fieldsOf(table, register).forEach((field, index) => {
    const [from, to] = [before === undefined ? undefined : memberOf(before, index), memberOf(after, index)];
    if (from !== to) lines.push({ op: from === undefined ? 'add' : 'replace', path: `/${field}`, value: to });
  });
  return lines;
}

/** One field's part of a register's value. */
export function memberOf(value: Value, index: number): Scalar {
  return isTuple(value) ? (value[index] ?? null) : value;
}

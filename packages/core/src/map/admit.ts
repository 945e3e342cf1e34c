import type { FieldValues } from '../expression/expression.ts';
import type { Scalar } from '../values.ts';
import { isTuple } from '../values.ts';
import type { Table } from './compile.ts';
import type { MappedRow } from './mapped.ts';

/** Whether a row may become a record. `fault`: a filter could not judge it, and why. */
export type Admission = 'in' | 'out' | { readonly fault: string };

/**
 * Judges a row by the filters of its system. Only for rows that belong to no record yet: what is mirrored once stays mirrored, or a row
 * that no longer fits would look as if it had been deleted. An answer that is empty is no yes.
 */
export function admit(table: Table, row: MappedRow): Admission {
  const filters = table.rules.filters[row.system] ?? [];
  if (filters.length === 0) return 'in';
  const values = fieldValues(table, row);
  for (const { reads, evaluate } of filters) {
    const unread = row.unreadable.find(({ register }) => table.registers.get(register)?.fields.some((name) => reads.includes(name)));
    if (unread) return { fault: unread.words };
    const answer = evaluate(values);
    if (answer.kind === 'fault') return { fault: answer.words };
    if (answer.value !== true) return 'out';
  }
  return 'in';
}

function fieldValues(table: Table, { values }: MappedRow): FieldValues {
  const told: [string, Scalar][] = [];
  for (const [name, value] of values) {
    for (const [index, field] of (table.registers.get(name)?.fields ?? []).entries()) {
      told.push([field, isTuple(value) ? (value[index] ?? null) : value]);
    }
  }
  return Object.fromEntries(told);
}

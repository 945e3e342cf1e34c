import type { RegisterRule, Table } from '../../map/compile.ts';

/** Under these names options hold expressions over other fields. */
const GUARDS: ReadonlySet<string> = new Set(['when', 'if', 'unless', 'until', 'check', 'while']);

/** The conditions in a policy's options, in the order in which they are tried. */
export function conditionsIn(options: unknown): readonly string[] {
  if (typeof options !== 'object' || options === null) return [];
  return Object.entries(options).flatMap(([name, value]): readonly string[] =>
    GUARDS.has(name) && typeof value === 'string' ? [value] : conditionsIn(value),
  );
}

/** The fields of the entity that an expression names. */
export function fieldsNamed(expression: string, table: Table): readonly string[] {
  const words = new Set(expression.replaceAll(/"[^"]*"|'[^']*'/gu, '').match(/[A-Za-z_]\w*/gu));
  return [...table.registers.values()].flatMap(({ fields }) => fields).filter((field) => words.has(field));
}

/** The registers that a register's conditions read. */
export function readsOf(rule: RegisterRule, table: Table): ReadonlySet<string> {
  const named = new Set(conditionsIn(rule.map.policy.options).flatMap((expression) => fieldsNamed(expression, table)));
  return new Set([...table.registers.values()].filter(({ fields }) => fields.some((field) => named.has(field))).map(({ name }) => name));
}

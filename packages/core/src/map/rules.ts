import { must } from '../errors/must.ts';
import { compileExpression } from '../expression/compile.ts';
import type { Expression, FieldTypes } from '../expression/expression.ts';
import { computable } from './computable.ts';
import type { Invariant, TableMap } from './table.ts';
import { compileTransform, type Transform } from './transform.ts';
import type { FieldType } from './type.ts';

/** The expressions of a table map, ready to run. */
export interface TableRules {
  /** By system, the conditions under which its rows become records; all of them must hold. */
  readonly filters: Readonly<Record<string, readonly Expression[]>>;
  /** By system, by field. */
  readonly from: Readonly<Record<string, ReadonlyMap<string, Transform>>>;
  readonly to: Readonly<Record<string, ReadonlyMap<string, Transform>>>;
  /** All fields that are computed, also those that an invariant computes anew, in an order in which each can be. */
  readonly derived: readonly DerivedRule[];
  readonly invariants: readonly InvariantRule[];
}

export interface DerivedRule {
  readonly field: string;
  readonly expression: Expression;
  /** The invariant that says so. Absent: the field itself does. */
  readonly invariant?: string;
}

export interface InvariantRule {
  readonly check: Expression;
  readonly onViolation:
    | { readonly kind: 'revert' }
    | { readonly kind: 'hold' }
    /** The expression answers the value of the field that makes the check true. */
    | { readonly kind: 'recompute'; readonly field: string; readonly expression: Expression };
}

const YESNO: FieldType = { kind: 'yesno' };

export function compileRules(map: TableMap): TableRules {
  const types = typesOf(map);
  const sides = Object.entries(map.sides);
  return {
    filters: Object.fromEntries(
      sides.map(([system, side]) => [
        system,
        [map.filter, side.filter].flatMap((text) => (text === undefined ? [] : [compiled(text, types, YESNO)])),
      ]),
    ),
    from: Object.fromEntries(sides.map(([system]) => [system, transformsOf(map, system, 'from')])),
    to: Object.fromEntries(sides.map(([system]) => [system, transformsOf(map, system, 'to')])),
    derived: derivedRules(map, types),
    invariants: (map.invariants ?? []).map((invariant) => invariantRule(invariant, types)),
  };
}

/** An equation that is to hold says what the field is, whenever it does not hold. */
function derivedRules({ derived = [], invariants = [] }: TableMap, types: FieldTypes): readonly DerivedRule[] {
  const plain = derived.map(({ field, text }): DerivedRule => ({ field, expression: compiled(text, types, typeOf(types, field)) }));
  const anew = invariants.flatMap(({ check, onViolation }): readonly DerivedRule[] => {
    if (onViolation.kind !== 'recompute') return [];
    const { field, text } = onViolation;
    return [{ field, expression: compiled(text, types, typeOf(types, field)), invariant: check }];
  });
  const reads = ({ expression }: DerivedRule): readonly string[] => expression.reads;
  return computable([...plain, ...anew], reads).ordered;
}

/** The types of all fields, those in groups included. */
export function typesOf(map: TableMap): FieldTypes {
  return Object.fromEntries(map.registers.flatMap((register) => register.fields.map(({ name, type }) => [name, type] as const)));
}

function invariantRule({ check, onViolation }: Invariant, types: FieldTypes): InvariantRule {
  const rule = compiled(check, types, YESNO);
  if (onViolation.kind !== 'recompute') return { check: rule, onViolation };
  const { field, text } = onViolation;
  return { check: rule, onViolation: { kind: 'recompute', field, expression: compiled(text, types, typeOf(types, field)) } };
}

function typeOf(types: FieldTypes, field: string): FieldType {
  return must(types[field], `field "${field}" was checked with the configuration`);
}

function compiled(text: string, types: FieldTypes, result: FieldType): Expression {
  const answer = compileExpression(text, types, result);
  return must(answer.kind === 'expression' ? answer.expression : undefined, `"${text}" was checked with the configuration`);
}

function transformsOf(map: TableMap, system: string, way: 'from' | 'to'): ReadonlyMap<string, Transform> {
  const fields = map.registers.flatMap((register) => register.fields);
  return new Map(
    fields.flatMap((field) => {
      const text = field.sides[system]?.[way];
      return text === undefined ? [] : [[field.name, transformed(text)] as const];
    }),
  );
}

function transformed(text: string): Transform {
  const answer = compileTransform(text);
  return must(answer.kind === 'transform' ? answer.transform : undefined, `"${text}" was checked with the configuration`);
}

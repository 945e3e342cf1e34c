import type { Json, JsonObject } from '../../values.ts';
import type { FieldMap, RegisterMap, TableMap } from '../table.ts';

/** A table map as it is kept beside the records, to be compared with the next: by name, and without what follows from the rest. */
export interface Outline {
  readonly sides: Readonly<Record<string, JsonObject>>;
  /** By register: its fields in their order, its policy, and what becomes of a refused value. */
  readonly registers: Readonly<Record<string, JsonObject>>;
  /** By field: its type, and by system how it is told there. */
  readonly fields: Readonly<Record<string, FieldOutline>>;
  /** Everything else, by member. */
  readonly rules: JsonObject;
}

export interface FieldOutline {
  readonly sides: Readonly<Record<string, JsonObject>>;
  readonly rest: JsonObject;
}

export function outlineOf(map: TableMap): Outline {
  const { entity: _entity, sides, registers, derived, ...rules } = map;
  const computed = derived && Object.fromEntries(derived.map(({ field, text }) => [field, text]));
  return inJson({
    sides: mapped(sides, ({ system: _system, entity: _of, columns: _columns, ...side }) => side),
    registers: Object.fromEntries(registers.map((register) => [register.name, registerOf(register)])),
    fields: Object.fromEntries(registers.flatMap(({ fields }) => fields.map((field) => [field.name, fieldOf(field)]))),
    rules: { ...rules, ...(computed === undefined ? {} : { derived: computed }) },
  });
}

function registerOf({ name: _name, fields, ...rest }: RegisterMap) {
  return { fields: fields.map(({ name }) => name), ...rest };
}

function fieldOf({ name: _name, sides, ...rest }: FieldMap) {
  return { sides, rest };
}

function mapped<From, To>(all: Readonly<Record<string, From>>, change: (one: From) => To): Readonly<Record<string, To>> {
  return Object.fromEntries(Object.entries(all).map(([name, one]) => [name, change(one)]));
}

/** As it is read again: without what is absent. */
function inJson(outline: { readonly [Member in keyof Outline]: unknown }): Outline {
  return JSON.parse(JSON.stringify(outline));
}

/** Whether two members say the same, in whatever order they were written. */
export function isAlike(one: Json | undefined, other: Json | undefined): boolean {
  return one === other || JSON.stringify(ordered(one)) === JSON.stringify(ordered(other));
}

/** Members in the order of their names; what stands in a list keeps its order. */
function ordered(value: Json | undefined): Json | undefined {
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map((one) => ordered(one) ?? null);
  const members = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(members.map(([name, one]) => [name, ordered(one) ?? null]));
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

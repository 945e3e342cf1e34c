import { entityName, type EntityName, type SystemId } from '../ids.ts';
import type { Policy, PolicyTraits } from '../policy/policy.ts';
import type { PolicyKind } from '../policy/kind.ts';
import { makePolicy } from '../policy/make.ts';
import type { Around } from '../policy/setting.ts';
import { LIFE } from '../record/record.ts';
import { must } from '../errors/must.ts';
import { companyOf, tableInvariants, type FieldPlace, type TableInvariant } from './invariants.ts';
import { compileRelations, type TableRelations } from './relations.ts';
import { compileRules, type DerivedRule, type TableRules } from './rules.ts';
import type { RegisterMap, TableMap } from './table.ts';
import type { FieldType } from './type.ts';

/** A register with its policy ready to run. */
export interface RegisterRule {
  readonly name: string;
  /** Root keys of the document, in the order of tuple values. */
  readonly fields: readonly string[];
  readonly map: RegisterMap;
  readonly type: FieldType;
  readonly policy: Policy;
  readonly traits: PolicyTraits;
  /** By what its value is computed, where it is: its policy is never asked then. */
  readonly derived?: DerivedRule;
  /** The fields of other registers that its conditions look at, or that it is computed from. */
  readonly looksAt: readonly FieldPlace[];
  /** Fields of other registers that the policy's conditions read: those registers are decided before this one. */
  readonly readsFields: readonly string[];
  /** The systems that have it. */
  readonly holders: readonly SystemId[];
  /** Whether rows of this system tell it. */
  readonly reads: (system: SystemId) => boolean;
  /** Whether it may be written to this system. */
  readonly writes: (system: SystemId) => boolean;
}

/** A table map made ready: what the pure functions and the engine work with. */
export interface Table {
  readonly map: TableMap;
  readonly registers: ReadonlyMap<string, RegisterRule>;
  readonly systems: readonly SystemId[];
  /** All registers, the life first, each behind those whose fields it looks at. */
  readonly order: readonly string[];
  /** By register: the registers that look at its fields. */
  readonly readers: ReadonlyMap<string, readonly string[]>;
  readonly invariants: readonly TableInvariant[];
  /** By register: those that are decided anew when it is, because an invariant ties them together. */
  readonly company: ReadonlyMap<string, readonly string[]>;
  readonly rules: TableRules;
  readonly relations: TableRelations;
}

export function compileTable(map: TableMap, policies: Readonly<Record<string, PolicyKind>>): Table {
  const [places, tableRules] = [placesOf(map), compileRules(map)];
  const derived = new Map(tableRules.derived.map((rule) => [rule.field, rule]));
  const rules = map.registers.map((register) => compileRegister(map, register, policies, { places, derived }));
  const invariants = tableInvariants(tableRules, places);
  return {
    map,
    registers: new Map(rules.map((rule) => [rule.name, rule])),
    systems: Object.values(map.sides).map((side) => side.system),
    ...orderOf(rules),
    invariants,
    company: companyOf(invariants, rules),
    rules: tableRules,
    relations: compileRelations(map),
  };
}

function placesOf({ registers }: TableMap): ReadonlyMap<string, FieldPlace> {
  return new Map(
    registers.flatMap(({ name: register, fields }) => fields.map(({ name: field }, index) => [field, { field, register, index }] as const)),
  );
}

/** Registers that look at each other in a circle were refused with the configuration; should there be one, it is cut somewhere. */
function orderOf(rules: readonly RegisterRule[]): Pick<Table, 'order' | 'readers'> {
  const byName = new Map(rules.map((rule) => [rule.name, rule]));
  const order = new Set([LIFE]);
  const readers = new Map<string, string[]>();
  const place = (rule: RegisterRule, above: readonly string[]): void => {
    if (order.has(rule.name) || above.includes(rule.name)) return;
    for (const { register } of rule.looksAt) {
      const other = byName.get(register);
      if (other) place(other, [...above, rule.name]);
    }
    order.add(rule.name);
  };
  for (const rule of rules) {
    place(rule, []);
    for (const register of new Set(rule.looksAt.map((looked) => looked.register))) {
      readers.set(register, [...(readers.get(register) ?? []), rule.name]);
    }
  }
  return { order: [...order], readers };
}

function compileRegister(
  table: TableMap,
  map: RegisterMap,
  policies: Readonly<Record<string, PolicyKind>>,
  { places, derived }: { readonly places: ReadonlyMap<string, FieldPlace>; readonly derived: ReadonlyMap<string, DerivedRule> },
): RegisterRule {
  const { made, findings } = makePolicy(policies, map.policy, aroundOf(table, map));
  const wrong = findings.find((finding) => finding.kind !== 'warning');
  const { policy, traits, readsFields } = must(wrong ? undefined : made, `policy "${map.policy.name}" was checked with the configuration`);
  const sides = (system: SystemId) => map.fields.map((field) => field.sides[system]);
  const systems = Object.values(table.sides).map(({ system }) => system);
  const readers = new Set(systems.filter((system) => sides(system).every((side) => side !== undefined && side.only !== 'write')));
  const writers = new Set(
    systems.filter(
      (system) => table.sides[system]?.only !== 'read' && sides(system).every((side) => side !== undefined && side.only !== 'read'),
    ),
  );
  const rule = derived.get(map.name);
  return {
    name: map.name,
    fields: map.fields.map((field) => field.name),
    map,
    type: map.fields.length > 1 ? { kind: 'text' } : map.fields[0].type,
    policy,
    traits,
    ...(rule ? { derived: rule } : {}),
    readsFields,
    looksAt: (rule?.expression.reads ?? readsFields).flatMap((field) => places.get(field) ?? []),
    holders: systems.filter((system) => readers.has(system) || writers.has(system)),
    reads: (system) => readers.has(system),
    writes: (system) => !traits.local && writers.has(system),
  };
}

/** What is around a register's policy: what it may name, and what its conditions may read. */
export function aroundOf(table: TableMap, { fields: own }: RegisterMap): Around {
  const [first, ...more] = own;
  const fields = table.registers.flatMap((register) => register.fields.map(({ name, type }) => [name, type] as const));
  const symbols = Object.values(first.sides).flatMap(({ values }) => (values ? [Object.keys(values)] : []))[0];
  const loops = Object.entries(first.sides).filter(([, side]) => side.only === undefined && (side.write ?? side.column) === side.column);
  return {
    type: more.length > 0 ? 'group' : first.type,
    own: own.map(({ name }) => name),
    fields: Object.fromEntries(fields),
    systems: Object.keys(first.sides),
    loops: loops.map(([system]) => system),
    ...(symbols && more.length === 0 ? { symbols } : {}),
  };
}

/** The fields that a register's name stands for; `$life` stands for itself. */
export function fieldsOf(table: Table, register: string): readonly string[] {
  return register === LIFE ? [LIFE] : must(table.registers.get(register), `register "${register}" is in the table map`).fields;
}

/** The systems that have a register; all of them have the record's life. */
export function holdersOf(table: Table, register: string): readonly SystemId[] {
  return table.registers.get(register)?.holders ?? table.systems;
}

/** Whether each system tells a part of a register, in another column than the whole that it is told. */
export function isOfParts({ registers }: Table, register: string): boolean {
  return registers.get(register)?.traits.parts === true;
}

/** The other entities that the natural key refers to. */
export function keyReferences({ map, registers }: Table): readonly EntityName[] {
  const types = map.key.map((name) => registers.get(name)?.type);
  return types.flatMap((type) => (type?.kind === 'reference' && type.entity !== map.entity ? [entityName(type.entity)] : []));
}

import { entityName, type EntityName, type SystemId } from '../ids.ts';
import type { Policy, PolicyTraits } from '../policy/policy.ts';
import type { PolicyKind } from '../policy/kind.ts';
import { makePolicy } from '../policy/make.ts';
import type { Around } from '../policy/setting.ts';
import { LIFE } from '../record/record.ts';
import { must } from '../errors/must.ts';
import { compileRules, type TableRules } from './rules.ts';
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
  /** Fields of other registers that the policy's conditions read: those registers are decided before this one. */
  readonly readsFields: readonly string[];
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
  readonly rules: TableRules;
}

export function compileTable(map: TableMap, policies: Readonly<Record<string, PolicyKind>>): Table {
  return {
    map,
    registers: new Map(map.registers.map((register) => [register.name, compileRegister(map, register, policies)])),
    systems: Object.values(map.sides).map((side) => side.system),
    rules: compileRules(map),
  };
}

function compileRegister(table: TableMap, map: RegisterMap, policies: Readonly<Record<string, PolicyKind>>): RegisterRule {
  const { made, findings } = makePolicy(policies, map.policy, aroundOf(table, map));
  const wrong = findings.find((finding) => finding.kind !== 'warning');
  const { policy, traits, readsFields } = must(wrong ? undefined : made, `policy "${map.policy.name}" was checked with the configuration`);
  const sides = (system: SystemId) => map.fields.map((field) => field.sides[system]);
  return {
    name: map.name,
    fields: map.fields.map((field) => field.name),
    map,
    type: map.fields.length > 1 ? { kind: 'text' } : map.fields[0].type,
    policy,
    traits,
    readsFields,
    reads: (system) => sides(system).every((side) => side !== undefined && side.only !== 'write'),
    writes: (system) =>
      !traits.local && table.sides[system]?.only !== 'read' && sides(system).every((side) => side !== undefined && side.only !== 'read'),
  };
}

function aroundOf(table: TableMap, { fields: own }: RegisterMap): Around {
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

/** The other entities that the natural key refers to. */
export function keyReferences({ map, registers }: Table): readonly EntityName[] {
  const types = map.key.map((name) => registers.get(name)?.type);
  return types.flatMap((type) => (type?.kind === 'reference' && type.entity !== map.entity ? [entityName(type.entity)] : []));
}

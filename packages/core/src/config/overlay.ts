import { aroundOf } from '../map/compile.ts';
import { compileRules } from '../map/rules.ts';
import type { DeletePolicy, FieldMap, RegisterMap, TableMap } from '../map/table.ts';
import type { Registry } from '../policy/make.ts';
import type { PolicySpec, PolicyWords } from '../policy/spec.ts';
import type { Json, JsonObject } from '../values.ts';
import type { CustomSource } from './config.ts';
import { readDelete, type Around } from './delete.ts';
import { readYaml } from './document.ts';
import { unknownKey } from './explain.ts';
import type { Complaint, Fault, Path } from './fault.ts';
import { suggest } from './near.ts';
import { faultOf, listed, parseConfig, type ParseOptions } from './parse.ts';
import { toPlain } from './plain.ts';
import { checkWritten, policyOf, type Written } from './policy.ts';
import { isBlock, membersOf, openReading, type Reading } from './reading.ts';
import { entityShape, fieldShape } from './shapes.ts';

/** What is configured already. */
export interface Configured {
  readonly entities: readonly TableMap[];
  /** Every policy that may be named: those of the registry, and the configuration's own. */
  readonly kinds: Registry;
}

export type ParsedOverlay =
  | {
      readonly kind: 'ok';
      readonly entities: readonly TableMap[];
      /** The policies of a whole configuration's own; absent: those that are configured already. */
      readonly policies?: Readonly<Record<string, CustomSource>>;
      readonly warnings: readonly Fault[];
    }
  | { readonly kind: 'faults'; readonly faults: readonly Fault[] };

/**
 * Other policies for entities that are configured already: a whole configuration, or only the policies that differ.
 * Throws nothing, whatever the text is.
 */
export function parseOverlay(text: string, configured: Configured, options: ParseOptions): ParsedOverlay {
  const yaml = readYaml(text);
  if (isBlock(yaml.raw) && 'systems' in yaml.raw) {
    const whole = parseConfig(text, options);
    if (whole.kind === 'faults') return whole;
    const { entities, policies } = whole.config;
    return { kind: 'ok', entities, policies, warnings: whole.warnings };
  }
  const syntax = yaml.faults.map((fault) => ({ file: options.file, path: '', ...fault }));
  if (!yaml.isReadable) return { kind: 'faults', faults: listed(syntax) };
  const { json, complaints } = toPlain(yaml.raw, options.env);
  const read = readOverlay(json, configured);
  const fault = (complaint: Complaint): Fault => faultOf(complaint, yaml, options.file);
  const faults = [...syntax, ...[...complaints, ...read.complaints].map(fault)];
  if (faults.length > 0) return { kind: 'faults', faults: listed(faults) };
  return { kind: 'ok', entities: read.entities, warnings: listed(read.warnings.map(fault)) };
}

/** The policies of a text as JSON, for a sidecar that knows its own entities: of a whole configuration all of them, else what the text says. */
export function overlayJson(
  text: string,
  options: ParseOptions,
): { readonly kind: 'ok'; readonly json: Json } | { readonly kind: 'faults'; readonly faults: readonly Fault[] } {
  const yaml = readYaml(text);
  if (isBlock(yaml.raw) && 'systems' in yaml.raw) {
    const whole = parseConfig(text, options);
    return whole.kind === 'ok' ? { kind: 'ok', json: policiesOf(whole.config.entities) } : whole;
  }
  const { json, complaints } = toPlain(yaml.raw, options.env);
  const faults = [
    ...yaml.faults.map((fault) => ({ file: options.file, path: '', ...fault })),
    ...complaints.map((complaint) => faultOf(complaint, yaml, options.file)),
  ];
  return faults.length > 0 ? { kind: 'faults', faults: listed(faults) } : { kind: 'ok', json };
}

function policiesOf(entities: readonly TableMap[]): JsonObject {
  const part = (map: TableMap, isGroup: boolean): JsonObject => {
    const registers = map.registers.filter(({ name, fields }) => fields.length > 1 === isGroup && !isComputed(map, name));
    return Object.fromEntries(registers.map(({ name, policy }) => [name, { policy: wordsOf(policy) }]));
  };
  const words = entities.map(
    (map) => [map.entity, { fields: part(map, false), groups: part(map, true), delete: asWritten(map.delete) }] as const,
  );
  return { entities: Object.fromEntries(words) };
}

function isComputed({ derived }: TableMap, name: string): boolean {
  return derived?.some(({ field }) => field === name) === true;
}

function asWritten(policy: DeletePolicy): Json {
  if (typeof policy === 'string' || 'owner' in policy) return policy;
  return { soft: { [policy.soft.field]: policy.soft.value } };
}

function wordsOf({ name, options }: PolicySpec): Json {
  if (options === undefined) return name;
  const words: Json = JSON.parse(JSON.stringify({ [name]: options }));
  return words;
}

/** The same from JSON: where there are no lines, the path alone says where. */
export function readOverlay(
  raw: unknown,
  { entities: base, kinds }: Configured,
): { readonly entities: readonly TableMap[]; readonly complaints: readonly Complaint[]; readonly warnings: readonly Complaint[] } {
  const reading = openReading();
  if (!isBlock(raw) || !isBlock(membersOf(raw)['entities']))
    reading.wrong(
      ['entities'],
      'Nothing says which policies are other.',
      'Write entities: { customer: { fields: { name: { policy: manual } } } }.',
    );
  known(reading, raw, ['entities'], []);
  const given = membersOf(membersOf(raw)['entities']);
  const names = base.map(({ entity }): string => entity);
  for (const name of Object.keys(given).filter((entity) => !names.includes(entity)))
    reading.wrong(['entities', name], `There is no entity "${name}".`, suggest(name, names), 'key');
  const entities = base.map((map) => {
    const other = given[map.entity];
    return other === undefined ? map : readEntity(reading, map, other, kinds);
  });
  return { entities, complaints: reading.complaints, warnings: reading.warnings };
}

function readEntity(reading: Reading, map: TableMap, raw: unknown, kinds: Registry): TableMap {
  const path = ['entities', map.entity];
  known(reading, raw, ['fields', 'groups', 'delete'], path);
  const { fields, groups, delete: rule } = membersOf(raw);
  const others = new Map([
    ...readPart(reading, map, fields, 'field', [...path, 'fields']),
    ...readPart(reading, map, groups, 'group', [...path, 'groups']),
  ]);
  const derived = compileRules(map).derived.map(({ field, expression }) => ({ field, reads: expression.reads }));
  checkWritten(reading, writtenIn(map, others), kinds, derived);
  const policyFor = ({ name, policy }: RegisterMap): PolicySpec => {
    const other = others.get(name);
    return other ? policyOf(other.words) : policy;
  };
  const registers = map.registers.map((register) => ({ ...register, policy: policyFor(register) }));
  return { ...map, registers, delete: otherDelete(reading, map, rule, [...path, 'delete']) ?? map.delete };
}

/** All policies of the entity: the other ones are checked, and held against those that stay. */
function writtenIn(map: TableMap, others: ReadonlyMap<string, Other>): readonly Written[] {
  return map.registers.map((register) => {
    const { name, policy } = register;
    return { name, around: aroundOf(map, register), ...(others.get(name) ?? { words: { [policy.name]: policy.options } }) };
  });
}

function otherDelete(reading: Reading, map: TableMap, raw: unknown, path: Path): DeletePolicy | undefined {
  const words = raw === undefined ? undefined : reading.read(entityShape.shape.delete, raw, path);
  return words === undefined ? undefined : readDelete(reading, words, aroundDelete(map), path);
}

function aroundDelete(map: TableMap): Around {
  const fields = map.registers.flatMap((register) => register.fields);
  const computed = new Map(map.derived?.map(({ field, text }) => [field, text]));
  const read = ({ name, type, sides }: FieldMap): readonly [string, ReturnType<Around['fields']['get']> & object] => {
    const symbols = [...new Set(Object.values(sides).flatMap((side) => Object.keys(side.values ?? {})))];
    const derived = computed.get(name);
    return [name, { name, type, sides, ...(symbols.length > 0 ? { symbols } : {}), ...(derived === undefined ? {} : { derived }) }];
  };
  return {
    systems: Object.keys(map.sides),
    names: fields.map(({ name }) => name),
    fields: new Map(fields.map(read)),
    groups: map.registers
      .filter((register) => register.fields.length > 1)
      .map(({ name, fields: own }) => ({ name, fields: own.map((field) => field.name) })),
  };
}

type Part = 'field' | 'group';

/** A policy in the place of another, and where it stands. */
interface Other {
  readonly words: PolicyWords;
  readonly path: Path;
}

function readPart(reading: Reading, map: TableMap, raw: unknown, part: Part, path: Path): readonly (readonly [string, Other])[] {
  const registers = map.registers.filter(({ fields }) => fields.length > 1 === (part === 'group'));
  return Object.entries(membersOf(raw)).flatMap(([name, other]) => {
    if (!registers.some((candidate) => candidate.name === name)) return missing(reading, map, name, part, [...path, name]);
    if (isComputed(map, name)) {
      reading.wrong([...path, name], `"${name}" is computed.`, 'Leave it out: no policy decides it.', 'key');
      return [];
    }
    known(reading, other, ['policy'], [...path, name]);
    const at = [...path, name, 'policy'];
    const words = reading.read(fieldShape.shape.policy, membersOf(other)['policy'], at);
    return words === undefined ? [] : [[name, { words, path: at }] as const];
  });
}

function missing(reading: Reading, map: TableMap, name: string, part: Part, path: Path): readonly [] {
  const group = map.registers.find(({ fields }) => fields.length > 1 && fields.some((field) => field.name === name));
  const names = map.registers.filter(({ fields }) => fields.length > 1 === (part === 'group')).map((register) => register.name);
  if (group && part === 'field')
    reading.wrong(path, `The field is decided by the group "${group.name}".`, `Give the group another policy, under "groups".`, 'key');
  else reading.wrong(path, `"${map.entity}" has no ${part} "${name}".`, suggest(name, names), 'key');
  return [];
}

function known(reading: Reading, raw: unknown, names: readonly string[], path: Path): void {
  for (const name of Object.keys(membersOf(raw)).filter((key) => !names.includes(key)))
    reading.complain(unknownKey([...path, name], names));
}

import type { DeletePolicy, FieldMap, PolicySpec, RegisterMap, TableMap } from '../map/table.ts';
import { readYaml } from './document.ts';
import { unknownKey } from './explain.ts';
import type { Complaint, Fault, Path } from './fault.ts';
import { suggest } from './near.ts';
import { faultOf, listed, parseConfig, type ParseOptions } from './parse.ts';
import type { Json, JsonObject } from '../values.ts';
import { toPlain } from './plain.ts';
import { readPolicy } from './policy.ts';
import { isBlock, membersOf, openReading, type Reading } from './reading.ts';
import { entityShape, fieldShape } from './shapes.ts';

export type ParsedOverlay =
  | { readonly kind: 'ok'; readonly entities: readonly TableMap[] }
  | { readonly kind: 'faults'; readonly faults: readonly Fault[] };

/**
 * Other policies for entities that are configured already: a whole configuration, or only the policies that differ.
 * Throws nothing, whatever the text is.
 */
export function parseOverlay(text: string, base: readonly TableMap[], options: ParseOptions): ParsedOverlay {
  const yaml = readYaml(text);
  if (isBlock(yaml.raw) && 'systems' in yaml.raw) {
    const whole = parseConfig(text, options);
    return whole.kind === 'ok' ? { kind: 'ok', entities: whole.config.entities } : whole;
  }
  const syntax = yaml.faults.map((fault) => ({ file: options.file, path: '', ...fault }));
  if (!yaml.isReadable) return { kind: 'faults', faults: listed(syntax) };
  const { json, complaints } = toPlain(yaml.raw, options.env);
  const read = readOverlay(json, base);
  const faults = [...syntax, ...[...complaints, ...read.complaints].map((complaint) => faultOf(complaint, yaml, options.file))];
  return faults.length > 0 ? { kind: 'faults', faults: listed(faults) } : { kind: 'ok', entities: read.entities };
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
  const part = ({ registers }: TableMap, isGroup: boolean): JsonObject =>
    Object.fromEntries(
      registers.filter(({ fields }) => fields.length > 1 === isGroup).map(({ name, policy }) => [name, { policy: wordsOf(policy) }]),
    );
  const words = entities.map((map) => [map.entity, { fields: part(map, false), groups: part(map, true), delete: map.delete }] as const);
  return { entities: Object.fromEntries(words) };
}

function wordsOf({ name, options }: PolicySpec): Json {
  if (options === undefined) return name;
  const words: Json = JSON.parse(JSON.stringify({ [name]: options }));
  return words;
}

/** The same from JSON: where there are no lines, the path alone says where. */
export function readOverlay(
  raw: unknown,
  base: readonly TableMap[],
): { readonly entities: readonly TableMap[]; readonly complaints: readonly Complaint[] } {
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
    return other === undefined ? map : readEntity(reading, map, other, ['entities', map.entity]);
  });
  return { entities, complaints: reading.complaints };
}

function readEntity(reading: Reading, map: TableMap, raw: unknown, path: Path): TableMap {
  known(reading, raw, ['fields', 'groups', 'delete'], path);
  const { fields, groups, delete: rule } = membersOf(raw);
  const others = new Map([
    ...readPart(reading, map, fields, 'field', [...path, 'fields']),
    ...readPart(reading, map, groups, 'group', [...path, 'groups']),
  ]);
  const registers = map.registers.map((register) => ({ ...register, policy: others.get(register.name) ?? register.policy }));
  return { ...map, registers, delete: readDelete(reading, rule, path) ?? map.delete };
}

function readDelete(reading: Reading, raw: unknown, path: Path): DeletePolicy | undefined {
  return raw === undefined ? undefined : reading.read(entityShape.shape.delete, raw, [...path, 'delete']);
}

type Part = 'field' | 'group';

function readPart(reading: Reading, map: TableMap, raw: unknown, part: Part, path: Path): readonly (readonly [string, PolicySpec])[] {
  const registers = map.registers.filter(({ fields }) => fields.length > 1 === (part === 'group'));
  return Object.entries(membersOf(raw)).flatMap(([name, other]) => {
    const register = registers.find((candidate) => candidate.name === name);
    if (!register) return missing(reading, map, name, part, [...path, name]);
    known(reading, other, ['policy'], [...path, name]);
    const at = [...path, name, 'policy'];
    const words = reading.read(fieldShape.shape.policy, membersOf(other)['policy'], at);
    if (words === undefined) return [];
    const policy = readPolicy(reading, words, decidedOf(register), at);
    return policy ? [[name, policy] as const] : [];
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

function decidedOf({ fields }: RegisterMap): Parameters<typeof readPolicy>[2] {
  const [first, ...more] = fields;
  const systems = Object.keys(first.sides);
  if (more.length > 0) return { type: 'group', systems };
  const symbols = symbolsOf(first);
  return { type: first.type, systems, ...(symbols ? { symbols } : {}) };
}

function symbolsOf({ sides }: FieldMap): readonly string[] | undefined {
  const values = Object.values(sides).find((side) => side.values)?.values;
  return values && Object.keys(values);
}

function known(reading: Reading, raw: unknown, names: readonly string[], path: Path): void {
  for (const name of Object.keys(membersOf(raw)).filter((key) => !names.includes(key)))
    reading.complain(unknownKey([...path, name], names));
}

import type { FieldTypes } from '../expression/expression.ts';
import { makePolicy, type Finding, type Registry } from '../policy/make.ts';
import { policies } from '../policy/registry.ts';
import type { Around } from '../policy/setting.ts';
import { specOf, type PolicySpec, type PolicyWords } from '../policy/spec.ts';
import type { EntityFields } from './entity.ts';
import { explain } from './explain.ts';
import type { Path } from './fault.ts';
import { suggest } from './near.ts';
import type { Reading } from './reading.ts';

/** Losing values stay in the history, so the plainest rule is a safe one to begin with. */
const POLICY_DEFAULT: PolicySpec = { name: 'latest', options: undefined };

/** The policy that the words stand for. */
export function policyOf(words: PolicyWords | undefined): PolicySpec {
  return (words !== undefined && specOf(words)) || POLICY_DEFAULT;
}

/** One register's policy as written, and what it is to decide. */
export interface Written {
  readonly name: string;
  readonly words: PolicyWords;
  /** Absent: it was checked before, and only what its conditions read is asked. */
  readonly path?: Path;
  readonly around: Around;
}

/** Checks every policy of an entity, once all its fields were read: conditions speak of the other fields. */
export function checkPolicies(reading: Reading, entity: EntityFields, own: Registry): void {
  checkWritten(reading, writtenIn(entity), { ...policies, ...own });
}

/** Checks policies that decide one record together: none may wait for another that waits for it. */
export function checkWritten(reading: Reading, all: readonly Written[], registry: Registry): void {
  const reads = new Map(all.map((written) => [written.name, { ...written, reads: check(reading, written, registry) }]));
  const owners = new Map([...reads.values()].flatMap(({ name, around }) => around.own.map((field) => [field, name] as const)));
  for (const { name, path } of reads.values()) {
    const circle = circleFrom(name, (from) => (reads.get(from)?.reads ?? []).flatMap((field) => owners.get(field) ?? []));
    if (path === undefined || circle === undefined) continue;
    const words = `The conditions of these policies read each other: ${circle.join(' → ')}.`;
    reading.wrong(path, words, 'Let one of them decide without the other (PL04).');
    return;
  }
}

function writtenIn({ path, fields, names, groups }: EntityFields): readonly Written[] {
  const grouped = new Set(groups.flatMap((group) => group.fields));
  const types = fields.size < names.length ? {} : { fields: typesOf([...fields.values()]) };
  const plain = [...fields.values()].flatMap((field): readonly Written[] => {
    if (field.policy === undefined || grouped.has(field.name)) return [];
    const { name, type, sides, symbols } = field;
    const loops = Object.entries(sides).flatMap(([system, side]) => (side.only === undefined && side.write === undefined ? [system] : []));
    const around = { type, own: [name], systems: Object.keys(sides), loops, ...types, ...(symbols ? { symbols } : {}) };
    return [{ name, words: field.policy, path: [...field.path, 'policy'], around }];
  });
  const whole = groups.flatMap(({ name, fields: own, systems, policy }): readonly Written[] =>
    policy === undefined
      ? []
      : [{ name, words: policy, path: [...path, 'groups', name, 'policy'], around: { type: 'group', own, systems, ...types } }],
  );
  return [...plain, ...whole];
}

function typesOf(fields: readonly { readonly name: string; readonly type: FieldTypes[string] }[]): FieldTypes {
  return Object.fromEntries(fields.map(({ name, type }) => [name, type]));
}

/** Complains of what is wrong, and answers the fields that the conditions read. */
function check(reading: Reading, { words, path, around }: Written, registry: Registry): readonly string[] {
  const spec = specOf(words);
  if (path === undefined) return (spec && makePolicy(registry, spec, around).made?.readsFields) ?? [];
  if (spec === undefined) {
    reading.wrong(path, 'A policy is one name, or one name with its options.', 'Write policy: latest, or policy: { owner: fno }.');
    return [];
  }
  const { made, findings } = makePolicy(registry, spec, around, { isTried: true });
  for (const finding of findings) tellFinding(reading, finding, path);
  return made?.readsFields ?? [];
}

function tellFinding(reading: Reading, finding: Finding, path: Path): void {
  const here = [...path, ...finding.at];
  if (finding.kind === 'form') {
    for (const issue of finding.issues) for (const complaint of explain(issue, finding.raw, here)) reading.complain(complaint);
    return;
  }
  const { near } = finding;
  const suggestion = near ? suggest(near.word, near.among) : finding.suggestion;
  if (finding.kind === 'warning') reading.warn(here, finding.text, suggestion ?? '');
  else reading.wrong(here, finding.text, suggestion, finding.isName ? 'key' : 'value');
}

/** The way from a register through what its conditions read back to it. */
function circleFrom(start: string, next: (name: string) => readonly string[]): readonly string[] | undefined {
  const seen = new Set<string>();
  const walk = (name: string, way: readonly string[]): readonly string[] | undefined => {
    for (const further of next(name)) {
      if (further === start) return [...way, start];
      if (seen.has(further)) continue;
      seen.add(further);
      const circle = walk(further, [...way, further]);
      if (circle) return circle;
    }
    return undefined;
  };
  return walk(start, [start]);
}

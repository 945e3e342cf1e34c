import type { FieldTypes } from '../expression/expression.ts';
import { makePolicy, type Finding, type Registry } from '../policy/make.ts';
import type { PolicyTraits } from '../policy/policy.ts';
import { policies } from '../policy/registry.ts';
import type { Around, Made } from '../policy/setting.ts';
import { specOf, type PolicySpec, type PolicyWords } from '../policy/spec.ts';
import type { DerivedRead } from './derived.ts';
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

/** By register, what its policy is. Registers without a policy of their own are missing. */
export type TraitsRead = ReadonlyMap<string, PolicyTraits>;

/** Checks every policy of an entity, once all its fields were read: conditions speak of the other fields, also of computed ones. */
export function checkPolicies(reading: Reading, entity: EntityFields, own: Registry, derived: readonly DerivedRead[]): TraitsRead {
  return checkWritten(reading, writtenIn(entity), { ...policies, ...own }, derived);
}

/** Checks policies that decide one record together: none may wait for another, or for a computed field, that waits for it. */
export function checkWritten(reading: Reading, all: readonly Written[], registry: Registry, derived: readonly ComputedReads[]): TraitsRead {
  const made = all.map((written) => ({ ...written, made: check(reading, written, registry) }));
  checkCircles(reading, [
    ...made.map(({ name, path, around, made: policy }) => ({ name, path, own: around.own, reads: policy?.readsFields ?? [] })),
    ...derived.map(({ field, reads, path }) => ({ name: field, path, own: [field], reads })),
  ]);
  return new Map(made.flatMap(({ name, made: policy }) => (policy ? [[name, policy.traits] as const] : [])));
}

/** A computed field, and what it reads. Without a path, it was checked before. */
type ComputedReads = Pick<DerivedRead, 'field' | 'reads'> & { readonly path?: Path };

interface Reader {
  readonly name: string;
  readonly path?: Path | undefined;
  readonly own: readonly string[];
  readonly reads: readonly string[];
}

function checkCircles(reading: Reading, readers: readonly Reader[]): void {
  const reads = new Map(readers.map((reader) => [reader.name, reader]));
  const owners = new Map(readers.flatMap(({ name, own }) => own.map((field) => [field, name] as const)));
  for (const { name, path } of circling(readers, owners)) {
    const circle = circleFrom(name, (from) => (reads.get(from)?.reads ?? []).flatMap((field) => owners.get(field) ?? []));
    if (path === undefined || circle === undefined) continue;
    const isComputed = circle.some((member) => reads.get(member)?.path?.at(-1) === 'derived');
    const who = isComputed ? 'A computed field and the conditions of policies' : 'The conditions of these policies';
    const words = `${who} read each other: ${circle.join(' → ')}.`;
    reading.wrong(path, words, 'Let one of them decide without the other (PL04).');
    return;
  }
}

/** Those that are left when whoever waits for nobody is taken away, again and again: only among them can there be a circle. */
function circling(readers: readonly Reader[], owners: ReadonlyMap<string, string>): readonly Reader[] {
  const waitsFor = new Map(readers.map(({ name, reads }) => [name, new Set(reads.flatMap((field) => owners.get(field) ?? []))]));
  const waiters = new Map<string, string[]>();
  for (const [name, others] of waitsFor) for (const other of others) waiters.set(other, [...(waiters.get(other) ?? []), name]);
  const free = [...waitsFor].flatMap(([name, others]) => (others.size === 0 ? [name] : []));
  for (let name = free.pop(); name !== undefined; name = free.pop()) {
    waitsFor.delete(name);
    for (const waiter of waiters.get(name) ?? []) {
      const others = waitsFor.get(waiter);
      if (others?.delete(name) && others.size === 0) free.push(waiter);
    }
  }
  return readers.filter(({ name }) => waitsFor.has(name));
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

/** Complains of what is wrong, and answers the policy. */
function check(reading: Reading, { words, path, around }: Written, registry: Registry): Made | undefined {
  const spec = specOf(words);
  if (path === undefined) return spec && makePolicy(registry, spec, around).made;
  if (spec === undefined) {
    reading.wrong(path, 'A policy is one name, or one name with its options.', 'Write policy: latest, or policy: { owner: fno }.');
    return undefined;
  }
  const { made, findings } = makePolicy(registry, spec, around, { isTried: true });
  for (const finding of findings) tellFinding(reading, finding, path);
  return made;
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

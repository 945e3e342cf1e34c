import type { z } from 'zod';
import type { FieldType } from '../map/type.ts';
import type { PolicySpec } from '../map/table.ts';
import type { PolicyKind } from '../policy/kind.ts';
import { policies } from '../policy/registry.ts';
import type { CustomPolicy } from '../policy/custom.ts';
import type { Path } from './fault.ts';
import { suggest } from './near.ts';
import type { Reading } from './reading.ts';
import type { policyShape } from './shapes.ts';

/** Losing values stay in the history, so the plainest rule is a safe one to begin with. */
const POLICY_DEFAULT: PolicySpec = { name: 'latest', options: undefined };

const ORDERED = ['text', 'integer', 'decimal', 'date', 'datetime', 'yesno'] as const;

/** The types that a policy can decide; one that is not named here can decide any, and groups too. */
const SUITED: Readonly<Record<string, readonly FieldType['kind'][]>> = {
  counter: ['integer', 'decimal'],
  set: ['choices'],
  text: ['text'],
  rank: ['choice', 'text'],
  max: ORDERED,
  min: ORDERED,
};

/** What a policy is to decide. */
export interface Decided {
  /** `group`: several fields as one. */
  readonly type: FieldType | 'group';
  /** The systems that have it. */
  readonly systems: readonly string[];
  /** Its canonical symbols, where it has a value map. */
  readonly symbols?: readonly string[];
  /** The policies of the user's own. */
  readonly own: Readonly<Record<string, CustomPolicy>>;
}

/** The policy that the words stand for; `undefined` after a complaint. */
export function readPolicy(
  reading: Reading,
  words: z.output<typeof policyShape> | undefined,
  decided: Decided,
  path: Path,
): PolicySpec | undefined {
  if (words === undefined) return POLICY_DEFAULT;
  const named = nameOf(words);
  if (named === undefined) {
    reading.wrong(path, 'A policy is one name, or one name with its options.', 'Write policy: latest, or policy: { owner: fno }.');
    return undefined;
  }
  const own = Object.hasOwn(decided.own, named.name) ? decided.own[named.name] : undefined;
  if (own) return readOwn(reading, own, named.options, decided, path);
  const kind = Object.hasOwn(policies, named.name) ? policies[named.name] : undefined;
  if (!kind) {
    reading.wrong(
      path,
      `There is no policy "${named.name}".`,
      suggest(named.name, [...Object.keys(policies), ...Object.keys(decided.own)]),
    );
    return undefined;
  }
  if (!checkOptions(reading, kind, named.options, path)) return undefined;
  checkSuited(reading, kind, decided, path);
  checkMentions(reading, kind, named.options, decided, path);
  return named;
}

/** A policy of the user's own is held to the laws of policies, on the very field that it is to decide. */
function readOwn(reading: Reading, kind: CustomPolicy, options: unknown, decided: Decided, path: Path): PolicySpec | undefined {
  if (!checkOptions(reading, kind, options, path)) return undefined;
  const { type, systems, symbols } = decided;
  if (type === 'group') {
    reading.wrong(path, 'A policy of your own cannot decide a group: it is about single values.', 'Use it for a field.');
    return undefined;
  }
  const breach = kind.findBreach({ type, systems, options, ...(symbols === undefined ? {} : { symbols }) });
  if (breach === undefined) return { name: kind.name, options };
  reading.wrong(
    path,
    `The policy "${kind.name}" breaks a law of policies: ${breach}.`,
    'Correct its module; docs/custom-policies.md tells the laws.',
  );
  return undefined;
}

function nameOf(words: z.output<typeof policyShape>): PolicySpec | undefined {
  if (typeof words === 'string') return { name: words, options: undefined };
  const [first, ...more] = Object.entries(words);
  return first && more.length === 0 ? { name: first[0], options: first[1] } : undefined;
}

function checkOptions(reading: Reading, kind: PolicyKind, options: unknown, path: Path): boolean {
  if (options !== undefined) return reading.read(kind.options, options, [...path, kind.name]) !== undefined;
  if (kind.options.safeParse(undefined).success) return true;
  reading.wrong(
    path,
    `The policy "${kind.name}" needs more than its name.`,
    `Write policy: { ${kind.name}: … }. ${kind.options.description ?? kind.summary}`,
  );
  return false;
}

function checkSuited(reading: Reading, kind: PolicyKind, { type }: Decided, path: Path): void {
  const suited = SUITED[kind.name];
  if (type === 'group') {
    if (!kind.traits.synthetic && suited === undefined) return;
    const whole = Object.values(policies).filter((other) => !other.traits.synthetic && SUITED[other.name] === undefined);
    reading.wrong(
      path,
      `The policy "${kind.name}" cannot decide a group: it is about single values.`,
      `Use ${whole.map(({ name }) => name).join(', ')}.`,
    );
  } else if (suited !== undefined && !suited.includes(type.kind)) {
    reading.wrong(path, `The policy "${kind.name}" cannot decide a field of type ${type.kind}.`, `It is for ${suited.join(', ')}.`);
  }
}

function checkMentions(reading: Reading, kind: PolicyKind, options: unknown, decided: Decided, path: Path): void {
  const { systems = [], values = [] } = kind.mentions(options);
  for (const system of systems.filter((name) => !decided.systems.includes(name))) {
    reading.wrong(path, `The policy names "${system}", which does not have this field.`, suggest(system, decided.systems));
  }
  const { symbols } = decided;
  if (symbols === undefined) return;
  for (const value of values.filter((name) => !symbols.includes(name))) {
    reading.wrong(path, `The policy names the value "${value}", which the value map does not have.`, suggest(value, symbols));
  }
}

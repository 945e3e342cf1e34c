import type { z } from 'zod';
import { compileExpression } from '../expression/compile.ts';
import type { Expression } from '../expression/expression.ts';
import { isTuple, type Scalar, type Value } from '../values.ts';
import { PLAIN, suitsGroups, type PolicyKind } from './kind.ts';
import type { PolicyTraits } from './policy.ts';
import type { Answer, Around, Condition, Made, Place, Setting } from './setting.ts';
import { specOf, type PolicySpec, type PolicyWords } from './spec.ts';

/** Deeper nesting is a mistake, and could be endless. */
const NESTED_MAX = 8;

/** Something that is wrong with a policy as configured, or looks it. */
export type Finding =
  | { readonly kind: 'form'; readonly at: Place; readonly issues: readonly z.core.$ZodIssue[]; readonly raw: unknown }
  | {
      readonly kind: 'wrong' | 'warning';
      readonly at: Place;
      /** Whether the name at the place is meant, and not what stands behind it. */
      readonly isName?: true;
      readonly text: string;
      readonly suggestion?: string;
      /** A word that nothing answers to, and those that something does. */
      readonly near?: { readonly word: string; readonly among: readonly string[] };
    };

export type Registry = Readonly<Record<string, PolicyKind>>;

/** Makes a policy ready to decide; absent when too much is wrong. What was found is told with its place in `{ <name>: <options> }`. */
export function makePolicy(
  registry: Registry,
  spec: PolicySpec,
  around: Around,
  { isTried = false }: { readonly isTried?: boolean } = {},
): { readonly made?: Made; readonly findings: readonly Finding[] } {
  const findings: Finding[] = [];
  const made = make({ registry, around, findings, isTried, at: [], depth: 0 }, spec);
  return { ...(made ? { made } : {}), findings };
}

interface Making {
  readonly registry: Registry;
  readonly around: Around;
  readonly findings: Finding[];
  /** Whether policies of the user's own are held to the laws, which takes a moment: once, when the configuration is read. */
  readonly isTried: boolean;
  readonly at: Place;
  readonly depth: number;
}

function make(making: Making, spec: PolicySpec): Made | undefined {
  const { registry, around, findings, at } = making;
  const kind = Object.hasOwn(registry, spec.name) ? registry[spec.name] : undefined;
  if (!kind) {
    const near = { word: spec.name, among: Object.keys(registry) };
    findings.push({ kind: 'wrong', at, text: `There is no policy "${spec.name}".`, near });
    return undefined;
  }
  if (kind.outermost && making.depth > 0) {
    const text = `The policy "${kind.name}" cannot stand within another.`;
    findings.push({ kind: 'wrong', at, text, suggestion: 'Let it be the policy of the field, and put the other into its "then".' });
  }
  const inside = [...at, kind.name];
  const form = kind.options.safeParse(spec.options);
  if (!form.success) {
    if (spec.options === undefined) findings.push(needsMore(kind, at));
    else findings.push({ kind: 'form', at: inside, issues: form.error.issues, raw: spec.options });
    return undefined;
  }
  findings.push(...checkSuited(kind, around, at), ...checkMentions(kind, spec.options, around, at));
  const breach = making.isTried ? kind.findBreach?.(spec.options, around) : undefined;
  if (breach !== undefined) findings.push({ kind: 'wrong', at, ...breach });
  const used: Made[] = [];
  const read: Expression[] = [];
  const policy = kind.make(spec.options, settingOf({ ...making, at: inside }, used, read));
  const reads = [...read.flatMap((expression) => expression.reads), ...used.flatMap((made) => made.readsFields)];
  return {
    policy,
    traits: joined([kind.traits, ...used.map((made) => made.traits)]),
    readsFields: [...new Set(reads)].filter((name) => !around.own.includes(name)).toSorted(),
  };
}

function settingOf(making: Making, used: Made[], read: Expression[]): Setting {
  const { around, findings } = making;
  const place = (at: Place): Place => [...making.at, ...at];
  const wrong: Setting['wrong'] = (at, text, suggestion) => {
    findings.push({ kind: 'wrong', at: place(at), text, ...(suggestion === undefined ? {} : { suggestion }) });
  };
  return {
    ...around,
    wrong,
    warn: (at, text, suggestion) => {
      findings.push({ kind: 'warning', at: place(at), text, suggestion });
    },
    inner: (words, at, { weighs, type = around.type } = {}) => {
      // Within a JSON value the field as a whole is not what is decided.
      const own = type === 'any' ? [] : around.own;
      const made = makeInner({ ...making, around: { ...around, type, own }, at: place(at), depth: making.depth + 1 }, words) ?? NONE;
      if (weighs === 'edits')
        for (const text of weighsMore(made.traits)) wrong(at, text, 'Use one that chooses among edits, such as latest.');
      used.push(made);
      return made;
    },
    condition: (text, at) => {
      if (around.fields === undefined) return () => ({ kind: 'answer', holds: false });
      const compiled = compileExpression(text, around.fields, { kind: 'yesno' });
      if (compiled.kind === 'expression') {
        read.push(compiled.expression);
        return conditionOf(compiled.expression, around.own);
      }
      wrong(at, `This condition is not understood: ${compiled.words}.`);
      return () => ({ kind: 'fault', words: compiled.words });
    },
  };
}

function makeInner(making: Making, words: PolicyWords): Made | undefined {
  const { findings, at, depth } = making;
  const spec = specOf(words);
  if (depth <= NESTED_MAX && spec) return make(making, spec);
  findings.push(
    spec
      ? { kind: 'wrong', at, text: `Policies nest deeper than ${NESTED_MAX}.`, suggestion: 'Say it with fewer.' }
      : { kind: 'wrong', at, text: 'A policy is one name, or one name with its options.', suggestion: 'Write latest, or { owner: fno }.' },
  );
  return undefined;
}

/** Stands where nothing could be made; a configuration with such a place is refused. */
const NONE: Made = { policy: () => ({ kind: 'held', rule: 'none', reason: 'no policy' }), traits: PLAIN, readsFields: [] };

function joined(all: readonly PolicyTraits[]): PolicyTraits {
  const some = (trait: keyof PolicyTraits): boolean => all.some((traits) => traits[trait]);
  return {
    gate: some('gate'),
    additive: some('additive'),
    combines: some('combines'),
    commutes: all.every(({ commutes }) => commutes),
    synthetic: some('synthetic'),
    first: some('first'),
    parts: some('parts'),
    local: some('local'),
  };
}

function weighsMore({ additive, first, parts, local }: PolicyTraits): readonly string[] {
  return additive || first || parts || local ? ['This policy weighs more than the edits that it would be shown here.'] : [];
}

function conditionOf(expression: Expression, own: readonly string[]): Condition {
  return (view, value = view.base ?? null) => {
    const told = Object.fromEntries(own.map((name, index) => [name, member(value, index)]));
    const evaluated = expression.evaluate({ ...view.fields, ...told });
    const answer: Answer =
      evaluated.kind === 'value'
        ? { kind: 'answer', holds: evaluated.value === true }
        : { kind: 'fault', words: `"${expression.text}" has no answer: ${evaluated.words}` };
    return answer;
  };
}

function member(value: Value, index: number): Scalar {
  return isTuple(value) ? (value[index] ?? null) : value;
}

function needsMore(kind: PolicyKind, at: Place): Finding {
  const suggestion = `Write policy: { ${kind.name}: … }. ${kind.options.description ?? kind.summary}`;
  return { kind: 'wrong', at, text: `The policy "${kind.name}" needs more than its name.`, suggestion };
}

function checkSuited(kind: PolicyKind, { type }: Around, at: Place): readonly Finding[] {
  if (type === 'group') return suitsGroups(kind) ? [] : [unsuited(kind, at)];
  if (type === 'any') return kind.suits === undefined || kind.suits.some((suited) => suited !== 'group') ? [] : [unsuited(kind, at)];
  if (kind.suits === undefined || kind.suits.includes(type.kind)) return [];
  const text = `The policy "${kind.name}" cannot decide a field of type ${type.kind}.`;
  return [
    {
      kind: 'wrong',
      at,
      text,
      suggestion: `It is for ${kind.suits.map((suited) => (suited === 'group' ? 'groups' : suited)).join(', ')}.`,
    },
  ];
}

function unsuited(kind: PolicyKind, at: Place): Finding {
  const text = `The policy "${kind.name}" cannot decide a group: it is about single values.`;
  return { kind: 'wrong', at, text, suggestion: 'Use latest, prefer, owner, or another that chooses a whole.' };
}

function checkMentions(kind: PolicyKind, options: unknown, around: Around, at: Place): readonly Finding[] {
  const { systems = [], values = [] } = kind.mentions(options);
  const strangers = systems.filter((name) => !around.systems.includes(name));
  const unheard = around.symbols === undefined ? [] : values.filter((value) => !around.symbols?.includes(value));
  const spots = strangers.length + unheard.length === 0 ? new Map<string, WordSpot>() : spotsIn(options, kind.name);
  const tell = (word: string, text: string, among: readonly string[]): Finding => {
    const spot = spots.get(word) ?? { place: [] };
    return { kind: 'wrong', at: [...at, ...spot.place], ...(spot.isName ? { isName: true } : {}), text, near: { word, among } };
  };
  return [
    ...strangers.map((word) => tell(word, `The policy names "${word}", which does not have this field.`, around.systems)),
    ...unheard.map((word) => tell(word, `The policy names the value "${word}", which the value map does not have.`, around.symbols ?? [])),
  ];
}

interface WordSpot {
  readonly place: Place;
  readonly isName?: true;
}

/** Where each word stands first in options, as a text or as a name: in one walk, however many of them are asked for. */
function spotsIn(options: unknown, name: string): ReadonlyMap<string, WordSpot> {
  const spots = new Map<string, WordSpot>();
  const found = (word: string, spot: WordSpot): void => void (spots.has(word) || spots.set(word, spot));
  const walk = (value: unknown, place: Place): void => {
    if (typeof value === 'string') found(value, { place });
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      const here = [...place, Array.isArray(value) ? Number(key) : key];
      found(key, { place: here, isName: true });
      walk(inner, here);
    }
  };
  walk(options, [name]);
  return spots;
}

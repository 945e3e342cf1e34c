import { above } from '../register/above.ts';
import { isHeld, solve, type Answer, type Question, type RegisterPolicy, type Resolution as Answered } from '../register/answer.ts';
import type { Open } from '../register/open.ts';
import { isReset, type Stable } from '../register/register.ts';
import { sameValue, type Value } from '../values.ts';
import { ask, held, settled } from './answers.ts';
import { latestOf } from './edits.ts';
import { allHeld, fits, partsOf, type Rules } from './json-merge.ts';
import { isObject, jsonText } from './json-text.ts';
import type { Resolution, View } from './policy.ts';
import { seenOf } from './register-policy.ts';
import type { Made } from './setting.ts';
import { pointerOf, readTold, shapeOf, type Outcome, type Shape, type Told } from './spots.ts';

/** A place within a JSON value: a register of its own, whose values are JSON texts. Null: nothing is there. */
interface Place {
  /** A JSON pointer. */
  readonly path: string;
  readonly rules: Rules;
  readonly view: View;
}

/** What stands at a place: objects member by member, everything else by the policy of its place, or by the rest's. */
export function mergePlace(question: Question, place: Place): Outcome {
  const { path, rules } = place;
  const own = path === '' ? undefined : rules.at.find(({ parts }) => fits(parts, partsOf(path)));
  if (own) return decidePlace(question, own.policy, place);
  const told = [...question.edits, ...(question.stable ? [question.stable] : [])].map(({ value }) => readTold(value));
  return told.every(isObject) ? mergeMembers(question, place) : decidePlace(question, rules.rest, place);
}

function mergeMembers(question: Question, place: Place): Outcome {
  const names = namesIn(question, (told) => (isObject(told) ? Object.keys(told) : []));
  const members = names.map((name) => {
    const inside = { ...place, path: pointerOf(place.path, name) };
    const pick = (told: Told): Told => (isObject(told) && Object.hasOwn(told, name) ? told[name] : undefined);
    return [name, registerAt(question, pick, (part) => mergePlace(part, inside))] as const;
  });
  const open = members.flatMap(([, outcome]) => (outcome.kind === 'held' ? [outcome] : []));
  if (open.length > 0) return allHeld(open);
  const left = members.flatMap(([name, outcome]) =>
    outcome.kind === 'value' && outcome.value !== undefined ? [[name, outcome.value] as const] : [],
  );
  return { kind: 'value', value: Object.fromEntries(left) };
}

/** Every name that anybody told. */
export function namesIn(question: Question, namesOf: (told: Told) => readonly string[]): readonly string[] {
  const names = valuesIn(question).flatMap((value) => namesOf(readTold(value)));
  return [...new Set(names)].toSorted();
}

/** Everything that anybody told, and that anybody was shown. */
export function valuesIn({ edits, stable }: Question): readonly (Value | undefined)[] {
  return [stable?.value, ...edits.flatMap(({ value, before }) => [value, before])];
}

/** What a part of the value comes to, as a register of its own: of every edit, what it made of the part. */
export function registerAt(question: Question, pick: (told: Told) => Told, merge: (part: Question) => Outcome): Outcome {
  const part = (value: Value): Value => textOf(pick(readTold(value)));
  const stable: Stable | undefined = question.stable && { ...question.stable, value: part(question.stable.value), kept: undefined };
  const policy: RegisterPolicy = {
    combines: true,
    gate: true,
    readsFields: false,
    resolve: (asked) => answerOf(merge(above(asked))),
  };
  const opens: Open[] = [];
  for (const open of question.edits.toSorted((a, b) => (a.bit < b.bit ? -1 : 1))) {
    const own = { ...open, value: part(open.value), ...(open.before === undefined ? {} : { before: part(open.before) }) };
    // Who says what is there, and does not name a part, has taken out what stood of it, or was asked about.
    if (!isReset(own) || own.value !== null || isThere(solve(opens, stable, policy)(own.past))) opens.push(own);
  }
  const answer = solve(opens, stable, policy)(opens.reduce((all, { bit }) => all | bit, 0n));
  if (answer.resolution && isHeld(answer)) {
    const { reason, code } = answer.resolution;
    return { kind: 'held', reason, ...(code === undefined ? {} : { code }) };
  }
  return { kind: 'value', value: readTold(answer.value) };
}

function isThere(answer: Answer): boolean {
  return isHeld(answer) || (answer.value ?? null) !== null;
}

function answerOf(outcome: Outcome): Answered {
  return outcome.kind === 'held' ? held('place', outcome.reason, outcome.code) : settled('place', textOf(outcome.value), 'merged');
}

function textOf(told: Told): Value {
  return told === undefined ? null : jsonText(told);
}

/** What a policy makes of the place. Where the kinds of value differ there is nothing to compare. */
function decidePlace(question: Question, policy: Made, { path, view }: Place): Outcome {
  const { frontier } = question;
  const base = question.base(frontier);
  const weighed = policy.traits.combines ? valuesIn(question) : [];
  const shape = shapeOf([...frontier.map(({ value }) => value), base, ...weighed].map(readTold));
  const where = path || 'the whole';
  const [first] = frontier;
  // Whoever makes something else of a place, and has no rival, compares with nothing.
  if (!shape && first && !policy.traits.gate && frontier.every(({ value }) => sameValue(value, first.value)))
    return { kind: 'value', value: readTold(first.value) };
  if (!shape) return { kind: 'held', reason: `${where} changes its kind of value`, code: 'C17' };
  const shaped = shapedQuestion(question, shape);
  const { fields } = view;
  const resolution = ask(policy, {
    frontier: shaped.frontier.map(seenOf),
    type: shape.type,
    question: shaped,
    ...(fields ? { fields } : {}),
    ...(base === undefined ? {} : { base: shape.from(readTold(base)) }),
  });
  if (resolution.kind === 'held') return heldAt(where, resolution);
  return resolution.value === null ? { kind: 'value', value: emptyAt(frontier, base, shape) } : shape.to(resolution.value, path);
}

function heldAt(where: string, { reason, code }: Resolution): Outcome {
  return { kind: 'held', reason: `${where} (${reason})`, ...(code === undefined ? {} : { code }) };
}

/** The same question, with its values as the policy of the place knows them. */
function shapedQuestion(question: Question, shape: Shape): Question {
  const from = (value: Value | undefined): Value => shape.from(readTold(value));
  const open = (one: Open): Open => ({ ...one, value: from(one.value), ...(one.before === undefined ? {} : { before: from(one.before) }) });
  const based = (value: Value | undefined): Value | undefined => (value === undefined ? undefined : from(value));
  return {
    stable: question.stable && { ...question.stable, value: from(question.stable.value) },
    edits: question.edits.map(open),
    frontier: question.frontier.map(open),
    base: (group) => based(question.base(group)),
    at: (set) => {
      const answer = question.at(set);
      return { ...answer, value: based(answer.value), frontier: answer.frontier.map(open) };
    },
  };
}

/** Policies know one kind of empty; JSON knows "nothing there" and null. The last who emptied the place says which. */
function emptyAt(frontier: readonly Open[], base: Value | undefined, shape: Shape): Told {
  const empty = frontier.filter(({ value }) => isEmptyTold(readTold(value)));
  const last = latestOf(empty.map(seenOf));
  const told = empty.find(({ edit }) => edit.op === last?.op);
  if (told) return readTold(told.value);
  const before = readTold(base);
  if (isEmptyTold(before)) return before;
  return shape.emptyList ? [] : null;
}

function isEmptyTold(told: Told): boolean {
  return told === undefined || told === null;
}

import type { FieldType } from '../map/type.ts';
import type { ConflictCode } from '../register/code.ts';
import type { Edit } from '../record/record.ts';
import { fitsInt32, type Json, type Scalar, type Value } from '../values.ts';
import { ask } from './answers.ts';
import { latestOf } from './edits.ts';
import { isList, isObject, jsonText, readJson } from './json-text.ts';
import { Exact, number } from './order.ts';
import type { View } from './policy.ts';
import type { Made } from './setting.ts';

/** What is said of one place within a JSON value; `undefined`: nothing is there. */
export type Told = Json | undefined;

/** One edit, and what its author made of the place. */
export interface Side {
  readonly edit: Edit;
  readonly value: Told;
  readonly on: Told;
}

/** One place within the JSON values of concurrent edits. */
export interface Spot {
  /** A JSON pointer. */
  readonly path: string;
  readonly sides: readonly Side[];
  readonly base: Told;
  /** Whether there is a common base; without one, every side counts as changed. */
  readonly based: boolean;
}

export type Outcome =
  | { readonly kind: 'value'; readonly value: Told }
  | { readonly kind: 'held'; readonly reason: string; readonly code?: ConflictCode };

/** The whole values as a spot; `undefined` when one of them is no JSON. */
export function spotOf(view: View): Spot | undefined {
  const edits = view.frontier;
  const values = [view.base, ...edits.flatMap((edit) => [edit.value, edit.on])];
  if (values.some((value) => value !== null && value !== undefined && readTold(value) === undefined)) return undefined;
  const sides = edits.map((edit) => ({ edit, value: readTold(edit.value), on: readTold(edit.on) }));
  return { path: '', sides, base: readTold(view.base), based: view.base !== undefined };
}

export function readTold(value: Value | undefined): Told {
  return typeof value === 'string' ? readJson(value) : undefined;
}

/** A JSON pointer to a member. */
export function pointerOf(path: string, name: string): string {
  return `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** A member of the spot's objects. */
export function memberOf(spot: Spot, name: string): Spot {
  const pick = (told: Told): Told => (isObject(told) && Object.hasOwn(told, name) ? told[name] : undefined);
  return {
    path: pointerOf(spot.path, name),
    sides: spot.sides.map((side) => ({ edit: side.edit, value: pick(side.value), on: pick(side.on) })),
    base: pick(spot.base),
    based: spot.based,
  };
}

/** The sides that changed the place; who left it alone is no rival of who did not. */
export function changedSides({ sides, base, based }: Spot): readonly Side[] {
  return based ? sides.filter(({ value }) => !alike(value, base)) : sides.filter(({ value }) => value !== undefined);
}

export function alike(a: Told, b: Told): boolean {
  if (a === undefined || b === undefined) return a === b;
  return jsonText(a) === jsonText(b);
}

/** What a policy makes of the place. Where the kinds of value differ there is nothing to compare. */
export function decideSpot(spot: Spot, policy: Made, view: View): Outcome {
  const changed = changedSides(spot);
  const [first] = changed;
  if (!first) return { kind: 'value', value: spot.base };
  if (!policy.traits.gate && changed.every(({ value }) => alike(value, first.value))) return { kind: 'value', value: first.value };
  const shape = shapeOf([...changed.map(({ value }) => value), spot.base]);
  if (!shape) return { kind: 'held', reason: `${spot.path || 'the whole'} changes its kind of value`, code: 'C17' };
  const frontier = changed.map(({ edit: { on: _on, ...edit }, value, on }): Edit => ({
    ...edit,
    value: shape.from(value),
    ...(on === undefined && !spot.based ? {} : { on: shape.from(on) }),
  }));
  const { fields, type: _type } = view;
  const resolution = ask(policy, {
    frontier,
    type: shape.type,
    ...(fields ? { fields } : {}),
    ...(spot.based ? { base: shape.from(spot.base) } : {}),
  });
  if (resolution.kind === 'held') {
    const { reason, code } = resolution;
    return { kind: 'held', reason: `${spot.path || 'the whole'} (${reason})`, ...(code === undefined ? {} : { code }) };
  }
  return resolution.value === null ? { kind: 'value', value: emptyOf(spot, changed, shape) } : shape.to(resolution.value, spot.path);
}

/** How the values of a place are shown to a policy, and what it answers is read. */
export interface Shape {
  readonly type: FieldType;
  readonly emptyList?: true;
  from(told: Told): Scalar;
  to(value: Value, path: string): Outcome;
}

/** `undefined` when the values are of several kinds. */
export function shapeOf(all: readonly Told[]): Shape | undefined {
  const told = all.filter((value) => value !== undefined && value !== null);
  const numbers = told.filter((value) => typeof value === 'number');
  if (told.every((value) => typeof value === 'string')) return plainShape({ kind: 'text' });
  if (told.every((value) => typeof value === 'boolean')) return plainShape({ kind: 'yesno' });
  if (numbers.length === told.length) return numberShape(numbers);
  if (told.every(isList)) return { ...wholeShape, emptyList: true };
  return told.every(isObject) ? wholeShape : undefined;
}

function plainShape(type: FieldType): Shape {
  return {
    type,
    from: (told) => (typeof told === 'string' || typeof told === 'boolean' ? told : null),
    to: (value, path) =>
      typeof value === (type.kind === 'text' ? 'string' : 'boolean') && !Array.isArray(value) ? { kind: 'value', value } : strange(path),
  };
}

function numberShape(numbers: readonly number[]): Shape {
  const scale = Math.max(0, ...numbers.map((item) => new Exact(String(item)).decimalPlaces()));
  const type: FieldType = scale === 0 ? { kind: 'integer' } : { kind: 'decimal', scale };
  return {
    type,
    from: (told) => (typeof told !== 'number' ? null : scale === 0 && fitsInt32(told) ? told : new Exact(String(told)).toFixed(scale)),
    to: (value, path) => {
      const exact = number(value);
      const json = exact?.toNumber();
      return exact && json !== undefined && new Exact(String(json)).equals(exact) ? { kind: 'value', value: json } : strange(path);
    },
  };
}

const wholeShape: Shape = {
  type: { kind: 'json' },
  from: (told) => (told === undefined || told === null ? null : jsonText(told)),
  to: (value, path) => {
    const json = typeof value === 'string' ? readJson(value) : undefined;
    return json === undefined ? strange(path) : { kind: 'value', value: json };
  },
};

function strange(path: string): Outcome {
  return { kind: 'held', reason: `${path || 'the whole'} cannot hold what its policy answers`, code: 'C17' };
}

/** Policies know one kind of empty; JSON knows "nothing there" and null. The last who emptied the place says which. */
function emptyOf(spot: Spot, changed: readonly Side[], shape: Shape): Told {
  const empty = changed.filter(({ value }) => value === undefined || value === null);
  const last = latestOf(empty.map(({ edit }) => edit));
  const side = empty.find(({ edit }) => edit.op === last?.op);
  if (side) return side.value;
  if (spot.base === undefined || spot.base === null) return spot.base;
  return shape.emptyList ? [] : null;
}

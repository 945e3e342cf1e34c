import type { FieldType } from '../map/type.ts';
import type { ConflictCode } from '../register/code.ts';
import { fitsInt32, type Json, type Scalar, type Value } from '../values.ts';
import { isList, isObject, jsonText, readJson } from './json-text.ts';
import { Exact, number } from './order.ts';

/** What is said of one place within a JSON value; `undefined`: nothing is there. */
export type Told = Json | undefined;

export type Outcome =
  | { readonly kind: 'value'; readonly value: Told }
  | { readonly kind: 'held'; readonly reason: string; readonly code?: ConflictCode };

export function readTold(value: Value | undefined): Told {
  return typeof value === 'string' ? readJson(value) : undefined;
}

/** A JSON pointer to a member. */
export function pointerOf(path: string, name: string): string {
  return `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
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

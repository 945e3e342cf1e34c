import type { EntityName } from '../ids.ts';
import { entityName } from '../ids.ts';
import { forkOf } from '../policy/fork.ts';
import { isTuple, type Scalar, type Value } from '../values.ts';
import type { KeyMap, ReferenceMap, TableMap, UniqueMap } from './table.ts';

/** A key of a table map, ready to be asked for the text of a row or a record. */
export interface KeyRule {
  /** What marks of it begin with: the kind of key and its place among them. */
  readonly name: string;
  readonly fields: readonly string[];
  readonly registers: readonly string[];
  /** The normalised text of the key; `undefined` where a part of it is missing or empty. */
  text(valueOf: (register: string) => Value | undefined): string | undefined;
}

export interface UniqueRule extends KeyRule {
  readonly onViolation: UniqueMap['onViolation'];
}

/** A field that refers to other records, and where its value is. */
export interface ReferenceRule extends Omit<ReferenceMap, 'onParentDeleted'> {
  readonly field: string;
  readonly register: string;
  readonly index: number;
  readonly entity: EntityName;
  readonly onParentDeleted: ReferenceMap['onParentDeleted'];
}

/** Where the values of a register go that lose. */
export interface ForkRule {
  readonly into: EntityName;
  readonly field: string;
  readonly link: string;
}

/** The rules of a table map that concern several records. */
export interface TableRelations {
  readonly match: readonly KeyRule[];
  readonly review: readonly KeyRule[];
  readonly unique: readonly UniqueRule[];
  /** Of all reference fields. */
  readonly references: ReadonlyMap<string, ReferenceRule>;
  /** Those whose records are found again when the one that they refer to is deleted. */
  readonly children: readonly ReferenceRule[];
  /** By register. */
  readonly forks: ReadonlyMap<string, ForkRule>;
  /** Whether records of this entity bear marks. */
  readonly isMarked: boolean;
}

/** How long a write waits for a record that it refers to before that is told. */
export const REFERENCE_WAIT_MS = 3_600_000;

export function compileRelations(map: TableMap): TableRelations {
  const places = new Map(
    map.registers.flatMap(({ name, fields }) => fields.map((field, index) => [field.name, { register: name, index }] as const)),
  );
  const rule = (kind: string) => (key: KeyMap, number: number) => keyRule(`${kind}${number}`, key, places);
  const references = referencesOf(map);
  const [match, review] = [(map.match ?? []).map(rule('match')), (map.review ?? []).map(rule('review'))];
  const unique = (map.unique ?? []).map((key, number) => ({ ...rule('unique')(key, number), onViolation: key.onViolation }));
  const children = [...references.values()].filter(({ onParentDeleted }) => onParentDeleted !== undefined);
  const forks = forksOf(map);
  const isMarked = forks.size + references.size > 0 || [match, review, unique, children].some((list) => list.length > 0);
  return { match, review, unique, references, children, forks, isMarked };
}

function referencesOf({ registers }: TableMap): ReadonlyMap<string, ReferenceRule> {
  const rules = new Map<string, ReferenceRule>();
  for (const { name: register, fields } of registers) {
    for (const [index, { name: field, type, reference }] of fields.entries()) {
      if (type.kind !== 'reference') continue;
      const { onMissing = 'hold', waitMs = REFERENCE_WAIT_MS, onParentDeleted } = reference ?? {};
      rules.set(field, { field, register, index, entity: entityName(type.entity), onMissing, waitMs, onParentDeleted });
    }
  }
  return rules;
}

function forksOf({ registers }: TableMap): ReadonlyMap<string, ForkRule> {
  return new Map(
    registers.flatMap(({ name, policy }) => {
      const words = forkOf(policy);
      return words ? [[name, { ...words, into: entityName(words.into) }] as const] : [];
    }),
  );
}

type Places = ReadonlyMap<string, { readonly register: string; readonly index: number }>;

function keyRule(name: string, key: KeyMap, places: Places): KeyRule {
  const spots = key.fields.flatMap((field) => places.get(field) ?? []);
  return {
    name,
    fields: key.fields,
    registers: [...new Set(spots.map(({ register }) => register))],
    text(valueOf) {
      const parts = spots.map(({ register, index }) => normalised(member(valueOf(register), index), key));
      return parts.every((part) => part !== '') ? JSON.stringify(parts) : undefined;
    },
  };
}

export function member(value: Value | undefined, index: number): Scalar {
  return isTuple(value) ? (value[index] ?? null) : (value ?? null);
}

/** Empty when nothing is left to compare. */
function normalised(value: Scalar, key: KeyMap): string | number | boolean {
  if (typeof value !== 'string') return value ?? '';
  const text = key.nfc ? value.normalize('NFC') : value;
  const trimmed = key.trim ? text.trim().replace(/\s+/gu, ' ') : text;
  const folded = key.case ? trimmed.toLowerCase() : trimmed;
  return key.digits ? folded.replace(/\P{Nd}/gu, '') : folded;
}

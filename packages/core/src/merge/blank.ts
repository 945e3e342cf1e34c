import type { Table } from '../map/compile.ts';
import { ERASED_WORDS } from '../ports/erasure.ts';
import type { EditTold, ResolutionTold } from '../ports/plan.ts';
import { isTuple, type Scalar, type Value } from '../values.ts';

/** Takes the values of some fields out of whatever tells them, and remembers them as long as it works. */
export interface Blank {
  /** A value of a register, without those of the fields. */
  value(register: string, value: Value): Value;
  /** A value of one field. */
  scalar(field: string, value: Scalar): Scalar;
  /** Words about a register. */
  reason(register: string, words: string): string;
  edit(edit: EditTold): EditTold;
  resolution(told: ResolutionTold): ResolutionTold;
  /** Whether any of the fields belongs to the register. */
  concerns(register: string): boolean;
  /** Takes the values that were met so far out of other words. */
  scrub(words: string): string;
  /** The fields of which values were met since it was asked last. */
  met(): readonly string[];
}

/** Shorter texts are in every word: only where they stand as values can they be told apart. */
const TEXT_MIN = 3;

export function blankOf(table: Table, fields: ReadonlySet<string>): Blank {
  const texts = new Set<string>();
  const seen = new Set<string>();
  let pattern: RegExp | undefined;

  const fieldsIn = (register: string): readonly string[] => table.registers.get(register)?.fields ?? [register];

  function scalar(field: string, value: Scalar): Scalar {
    if (!fields.has(field) || isEmpty(value)) return value;
    seen.add(field);
    const text = String(value).trim();
    if (typeof value !== 'boolean' && text.length >= TEXT_MIN && !texts.has(text)) {
      texts.add(text);
      pattern = undefined;
    }
    return null;
  }

  function valueOf(register: string, value: Value): Value {
    const [first = register, ...more] = fieldsIn(register);
    if (!isTuple(value)) return scalar(first, value);
    // A group that is not configured any more has no names for its members: it is erased whole.
    return value.map((item, index) => scalar(more.length === 0 ? first : ([first, ...more][index] ?? first), item));
  }

  function scrub(words: string): string {
    if (texts.size === 0) return words;
    // The longest first: a value within another must not leave the rest of it.
    pattern ??= new RegExp(
      [...texts]
        .toSorted((a, b) => b.length - a.length)
        .map(escaped)
        .join('|'),
      'giu',
    );
    return words.replace(pattern, ERASED_WORDS);
  }

  const concerns = (register: string): boolean => fieldsIn(register).some((field) => fields.has(field));
  const reason = (register: string, words: string): string => (concerns(register) ? ERASED_WORDS : scrub(words));
  const edit = (told: EditTold): EditTold => ({
    ...told,
    value: valueOf(told.register, told.value),
    ...(told.on === undefined ? {} : { on: valueOf(told.register, told.on) }),
    ...(told.or === undefined ? {} : { or: told.or.map(({ saw, before }) => ({ saw, before: valueOf(told.register, before) })) }),
  });
  return {
    value: valueOf,
    scalar,
    reason,
    edit,
    concerns,
    scrub,
    resolution: (told) => ({
      ...told,
      reason: reason(told.register, told.reason),
      ...(told.value === undefined ? {} : { value: valueOf(told.register, told.value) }),
      ...(told.base === undefined ? {} : { base: valueOf(told.register, told.base) }),
      contributors: told.contributors.map(edit),
      losers: told.losers.map(edit),
    }),
    met() {
      const met = [...seen];
      seen.clear();
      return met;
    },
  };
}

export function isEmpty(value: Scalar): boolean {
  return value === null || value === '';
}

function escaped(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}]/gu, String.raw`\$&`);
}

import type { Scalar } from '../values.ts';
import type { FieldType } from '../map/type.ts';
import { canonicalSet } from './set.ts';

/** A seeded sequence: the same numbers in every process, so that what is found with it is found again. */
export interface Seeded {
  /** A whole number from 0 to `below` - 1. */
  whole(below: number): number;
  pick<Item>(items: readonly [Item, ...Item[]]): Item;
}

/** Mulberry32. */
export function seeded(seed: number): Seeded {
  let state = seed >>> 0;
  const whole = (below: number): number => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
  return { whole, pick: (items) => items[whole(items.length)] ?? items[0] };
}

/** What a field's values may be made of, beyond its type. */
export interface Symbols {
  /** Canonical symbols of a choice or of choices. */
  readonly symbols?: readonly string[];
}

const WORDS = [
  'Acme',
  'ACME',
  ' acme ',
  'Ärmel & Söhne',
  '+49 30 1234-5',
  '00491234',
  '0',
  '-1.50',
  'a\nb',
  '"x"',
  '👩‍🔧',
  '__proto__',
  'null',
] as const;
const LETTERS = ['a', 'Z', ' ', '-', '7', 'ß', '.', '/', "'"] as const;
const SYMBOLS = ['Open', 'Paid', 'Closed'] as const;
const DAYS = ['2024-02-29', '1999-12-31', '2024-05-01', '0001-01-01', '9999-12-31'] as const;
const TIMES = ['00:00:00', '08:31:02', '23:59:59'] as const;
const JSONS = ['{"a":1,"b":["x"]}', '{"a":2.5}', '[]', '["x",{"__proto__":null}]', '"text"', '0'] as const;
const WHOLES = [0, 1, -1, 100, 2 ** 31 - 1, -(2 ** 31), '2147483648', '-9876543210'] as const;
const LETTERS_MAX = 12;
const SMALL = 2000;

/** A value of the type as documents hold it, ordinary or at an edge; never empty. */
export function generate(type: FieldType, { symbols }: Symbols, chance: Seeded): Exclude<Scalar, null> {
  const [first = 'Open', ...rest] = symbols ?? SYMBOLS;
  switch (type.kind) {
    case 'yesno':
      return chance.whole(2) === 0;
    case 'integer':
      return chance.whole(3) === 0 ? chance.pick(WHOLES) : chance.whole(SMALL) - SMALL / 2;
    case 'decimal':
      return decimal(type.scale, chance);
    case 'date':
      return chance.pick(DAYS);
    case 'datetime':
      return `${chance.pick(DAYS)}T${chance.pick(TIMES)}Z`;
    case 'choice':
      return chance.pick([first, ...rest]);
    case 'choices':
      return canonicalSet([first, ...rest].filter(() => chance.whole(2) === 0)) ?? canonicalSet([first]) ?? first;
    case 'text':
      return chance.whole(2) === 0 ? chance.pick(WORDS) : letters(chance);
    case 'json':
      return chance.pick(JSONS);
    case 'reference':
      return `record-${chance.whole(SMALL)}`;
  }
}

function letters(chance: Seeded): string {
  return Array.from({ length: 1 + chance.whole(LETTERS_MAX) }, () => chance.pick(LETTERS)).join('');
}

/** Amounts of all sizes, among them ones that a double cannot tell apart. */
function decimal(scale: number, chance: Seeded): string {
  const size = chance.whole(4) === 0 ? `900719925474099${chance.whole(SMALL)}` : String(chance.whole(SMALL));
  const fraction = Array.from({ length: scale }, () => chance.whole(10)).join('');
  const text = scale === 0 ? size : `${size}.${fraction}`;
  return chance.whole(3) === 0 && /[1-9]/u.test(text) ? `-${text}` : text;
}

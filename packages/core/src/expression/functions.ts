import type { ASTNode } from '@marcbachmann/cel-js';
import { amountOf, MODES, round, whole as bounded, type Mode } from './amount.ts';
import { compare, isNumeric, toAmount } from './operators.ts';
import { excerpt, type Around, type Part } from './part.ts';
import { compilePattern } from './pattern.ts';
import { strict, type Present } from './strict.ts';
import { common, DECIMAL, fault, INTEGER, isAmount, isEmpty, isFault, isList, isNumber, TEXT, YESNO } from './value.ts';
import type { Held, Type } from './value.ts';

/** A function, called plainly or on its first argument. */
interface Spelling {
  /** How it is written, for whoever wrote it otherwise. */
  readonly usage: string;
  /** `undefined`: the arguments do not fit. */
  judge(args: readonly Part[], node: ASTNode, around: Around): Omit<Part, 'node'> | undefined;
}

export const FUNCTIONS: Readonly<Record<string, Spelling>> = {
  isEmpty: { usage: 'isEmpty(x)', judge: judgeIsEmpty },
  orElse: { usage: 'orElse(x, y), with two values of one type', judge: judgeOrElse },
  round: { usage: `round(number, places, mode), with the mode written out: ${Object.keys(MODES).join(', ')}`, judge: judgeRound },
  abs: {
    usage: 'abs(number)',
    judge: ([x, ...more]) => (x && more.length === 0 && isNumeral(x.type) ? apply(x.type, [x], magnitude) : undefined),
  },
  min: { usage: 'min(a, b, …), with numbers or texts', judge: (args) => judgeExtremum(args, -1) },
  max: { usage: 'max(a, b, …), with numbers or texts', judge: (args) => judgeExtremum(args, 1) },
  int: { usage: 'int(x), with a whole number or a text that says one', judge: (args) => convert(args, INTEGER, toWhole) },
  dec: { usage: 'dec(x), with a number or a text that says one', judge: (args) => convert(args, DECIMAL, toDecimal) },
  string: { usage: 'string(x), with a text, a number or a yesno', judge: (args) => convert(args, TEXT, toText) },
  size: { usage: 'size(x), with a text or a list', judge: (args) => judgeSize(args) },
};

export const METHODS: Readonly<Record<string, Spelling>> = {
  startsWith: onTexts('startsWith', YESNO, (text, other) => text.startsWith(other)),
  endsWith: onTexts('endsWith', YESNO, (text, other) => text.endsWith(other)),
  contains: onTexts('contains', YESNO, (text, other) => text.includes(other)),
  indexOf: onTexts('indexOf', INTEGER, (text, other) =>
    BigInt(charsOf(text.slice(0, Math.max(0, text.indexOf(other)))) - (text.includes(other) ? 0 : 1)),
  ),
  lowerAscii: {
    usage: 'text.lowerAscii()',
    judge: (args) => onText(args, (text) => text.replaceAll(/[A-Z]/gu, (char) => char.toLowerCase())),
  },
  upperAscii: {
    usage: 'text.upperAscii()',
    judge: (args) => onText(args, (text) => text.replaceAll(/[a-z]/gu, (char) => char.toUpperCase())),
  },
  trim: { usage: 'text.trim()', judge: (args) => onText(args, (text) => text.trim()) },
  substring: { usage: 'text.substring(from) or text.substring(from, to), counted from 0', judge: judgeSubstring },
  matches: { usage: "text.matches('pattern'), with the pattern written out", judge: judgeMatches },
  size: { usage: 'x.size(), with a text or a list', judge: (args) => judgeSize(args) },
};

function apply(type: Type, args: readonly Part[], work: (...values: readonly Present[]) => Held): Omit<Part, 'node'> {
  return {
    type,
    run: (scope) =>
      strict(
        args.map((arg) => arg.run(scope)),
        work,
      ),
  };
}

function isNumeral(type: Type): boolean {
  return isNumber(type) || type.of === 'unknown';
}

function isText({ of, list }: Type): boolean {
  return (of === 'text' && !list) || of === 'unknown';
}

function judgeIsEmpty([x, ...more]: readonly Part[]): Omit<Part, 'node'> | undefined {
  if (!x || more.length > 0) return undefined;
  return {
    type: YESNO,
    run: (scope) => {
      const value = x.run(scope);
      return isFault(value) ? value : isEmpty(value);
    },
  };
}

function judgeOrElse([x, y, ...more]: readonly Part[]): Omit<Part, 'node'> | undefined {
  const type = x && y && more.length === 0 ? common(x.type, y.type) : undefined;
  if (!x || !y || !type) return undefined;
  return {
    type,
    run: (scope) => {
      const value = x.run(scope);
      return widen(isEmpty(value) ? y.run(scope) : value, type);
    },
  };
}

/** A whole number as a decimal, where its place may hold either. */
export function widen(value: Held, type: Type): Held {
  return typeof value === 'bigint' && type.of === 'decimal' ? toAmount(value) : value;
}

function judgeRound([x, places, mode, ...more]: readonly Part[], node: ASTNode, around: Around): Omit<Part, 'node'> | undefined {
  if (!x || !places || !mode || more.length > 0 || !isNumeral(x.type)) return undefined;
  const [digits, name] = [literal(places.node), literal(mode.node)];
  if (typeof digits !== 'bigint' || !isMode(name)) return undefined;
  if (digits < 0n || digits > PLACES_MAX)
    return around.wrong(node, `"${excerpt(node)}": round to 0 digits behind the point, or up to ${PLACES_MAX}`);
  return apply(DECIMAL, [x], (value) => (isNumeric(value) ? round(toAmount(value), Number(digits), name) : noNumber()));
}

const PLACES_MAX = 15n;

function isMode(name: unknown): name is Mode {
  return typeof name === 'string' && Object.hasOwn(MODES, name);
}

/** What is written out in the expression; `undefined` for what must be computed. */
function literal(node: ASTNode): unknown {
  return node.op === 'value' ? node.args : undefined;
}

function magnitude(value: Present): Held {
  if (isAmount(value)) return value.abs();
  return typeof value === 'bigint' ? (value < 0n ? -value : value) : noNumber();
}

function judgeExtremum(args: readonly Part[], sign: 1 | -1): Omit<Part, 'node'> | undefined {
  const [first, ...rest] = args;
  if (!first || rest.length === 0) return undefined;
  const type = rest.reduce<Type | undefined>((all, arg) => all && common(all, arg.type), first.type);
  if (!type || !(isNumeral(type) || isText(type))) return undefined;
  return apply(type, args, (...values) => {
    const best = values.reduce((held, value) => (sign * compare(value, held) > 0 ? value : held));
    return widen(best, type);
  });
}

function convert(args: readonly Part[], type: Type, work: (value: Present) => Held): Omit<Part, 'node'> | undefined {
  const [x, ...more] = args;
  if (!x || more.length > 0 || x.type.list || x.type.of === 'empty' || (x.type.of === 'yesno' && type !== TEXT)) return undefined;
  return apply(type, [x], work);
}

function toWhole(value: Present): Held {
  const amount = toDecimal(value);
  if (!isAmount(amount)) return amount;
  return amount.isInteger() ? bounded(BigInt(amount.toFixed(0))) : fault(`${amount.toFixed()} is not whole: round it first`);
}

function toDecimal(value: Present): Held {
  if (isNumeric(value)) return toAmount(value);
  return typeof value === 'string' ? amountOf(value) : noNumber();
}

function toText(value: Present): Held {
  if (isAmount(value)) return value.toFixed();
  return isList(value) ? fault('a list is no text') : String(value);
}

function noNumber(): Held {
  return fault('something is no number');
}

function judgeSize(args: readonly Part[]): Omit<Part, 'node'> | undefined {
  const [x, ...more] = args;
  if (!x || more.length > 0 || !(x.type.list || isText(x.type))) return undefined;
  return apply(INTEGER, [x], (value) => BigInt(isList(value) ? value.length : charsOf(String(value))));
}

/** Characters are counted as code points, so that none is ever cut in two. */
function charsOf(text: string): number {
  return Array.from(text).length;
}

function onTexts(name: string, type: Type, work: (text: string, other: string) => Held): Spelling {
  return {
    usage: `text.${name}(text)`,
    judge: (args) => {
      if (args.length !== 2 || !args.every((arg) => isText(arg.type))) return undefined;
      return apply(type, args, (text, other) => work(String(text), String(other)));
    },
  };
}

function onText(args: readonly Part[], work: (text: string) => string): Omit<Part, 'node'> | undefined {
  const [x, ...more] = args;
  return x && more.length === 0 && isText(x.type) ? apply(TEXT, [x], (text) => work(String(text))) : undefined;
}

function judgeSubstring([text, ...ends]: readonly Part[]): Omit<Part, 'node'> | undefined {
  const isFit = text && isText(text.type) && ends.every(({ type }) => !type.list && (type.of === 'integer' || type.of === 'unknown'));
  if (!isFit || ends.length < 1 || ends.length > 2) return undefined;
  return apply(TEXT, [text, ...ends], (whole, from, to) =>
    cut(Array.from(String(whole)), Number(from), to === undefined ? undefined : Number(to)),
  );
}

function cut(chars: readonly string[], from: number, to: number | undefined): Held {
  if (from < 0 || from > chars.length || (to !== undefined && (to < from || to > chars.length)))
    return fault(`a text of ${chars.length} characters has no part from ${from}${to === undefined ? '' : ` to ${to}`}`);
  return chars.slice(from, to).join('');
}

function judgeMatches([text, pattern, ...more]: readonly Part[], node: ASTNode, around: Around): Omit<Part, 'node'> | undefined {
  const source = pattern && literal(pattern.node);
  if (!text || typeof source !== 'string' || more.length > 0 || !isText(text.type)) return undefined;
  const compiled = compilePattern(source);
  if ('wrong' in compiled) return around.wrong(node, `"${excerpt(node)}": ${compiled.wrong}`);
  return apply(YESNO, [text], (value) => compiled.matches(String(value)));
}

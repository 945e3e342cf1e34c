import { messageOf } from '../errors/message-of.ts';
import { RE2JS } from 're2js';
import { fault, type Fault } from './value.ts';

/** Longer patterns are not compiled. */
const PATTERN_CHARS_MAX = 500;

/**
 * Characters times the steps of the pattern's program: so many take some tenths of a second. The engine is linear, without the endless
 * search of JavaScript's own, but a long text against a large pattern would still stop everything else for seconds.
 */
const STEPS_MAX = 4_000_000;

/** A regular expression in the syntax of RE2: no look-around, no back references. */
export interface Pattern {
  /** Whether some part of the text matches. */
  matches(text: string): boolean | Fault;
  readonly program: RE2JS;
  /** Why the pattern may not be tried on the text. */
  refuses(text: string): Fault | undefined;
}

/** `flags` are JavaScript's letters; what is no matter of matching (`g`) is left aside. */
export function compilePattern(source: string, flags = ''): Pattern | { readonly wrong: string } {
  if (source.length > PATTERN_CHARS_MAX) return { wrong: `the pattern is longer than ${PATTERN_CHARS_MAX} characters` };
  try {
    return ready(RE2JS.compile(source, bitsOf(flags)));
  } catch (thrown) {
    return { wrong: `${messageOf(thrown)}; patterns are those of RE2` };
  }
}

function bitsOf(flags: string): number {
  const bits = { i: RE2JS.CASE_INSENSITIVE, m: RE2JS.MULTILINE, s: RE2JS.DOTALL };
  return Object.entries(bits).reduce((sum, [letter, bit]) => (flags.includes(letter) ? sum + bit : sum), 0);
}

function ready(program: RE2JS): Pattern {
  const charsMax = Math.floor(STEPS_MAX / Math.max(1, program.programSize()));
  const refuses = (text: string): Fault | undefined =>
    text.length > charsMax ? fault(`a text of ${text.length} characters is too long for the pattern, which takes ${charsMax}`) : undefined;
  return { program, refuses, matches: (text) => refuses(text) ?? program.test(text) };
}

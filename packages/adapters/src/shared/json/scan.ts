/** How deep an answer may nest. Rows lie at depth 3; a document that nests 1,500 deep ends the process that holds Automerge. */
export const DEPTH_MAX = 32;
/** Every decimal of up to 15 digits survives a double. */
const SAFE_DIGITS_MAX = 15;

/** What one pass over JSON text tells before anything is parsed. */
export interface Scan {
  readonly depth: number;
  /** Whether some number may not survive a double: more than 15 digits, or an exponent. */
  readonly longNumbers: boolean;
}

const QUOTE = 34;
const BACKSLASH = 92;

/** Reads the text once, without recursion, so that no depth can overflow a stack. Stops early past `DEPTH_MAX`. */
export function scanJson(text: string): Scan {
  let depth = 0;
  let deepest = 0;
  let run = 0;
  let longNumbers = false;
  for (let at = 0; at < text.length && deepest <= DEPTH_MAX; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at + 1);
    else if (isOpening(code)) deepest = Math.max(deepest, (depth += 1));
    else if (isClosing(code)) depth -= 1;
    run = isNumberish(code) ? run + 1 : 0;
    if (run > SAFE_DIGITS_MAX || (run > 1 && isExponent(code))) longNumbers = true;
  }
  return { depth: deepest, longNumbers };
}

/** The place of the quote that ends a string, or the text's end. */
function endOfString(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}

function isOpening(code: number): boolean {
  return code === 123 || code === 91;
}

function isClosing(code: number): boolean {
  return code === 125 || code === 93;
}

/** Digits, point, sign, exponent. */
function isNumberish(code: number): boolean {
  return (code >= 48 && code <= 57) || code === 46 || code === 45 || code === 43 || isExponent(code);
}

function isExponent(code: number): boolean {
  return code === 101 || code === 69;
}

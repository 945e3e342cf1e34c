import type { Json } from '@concord/core';
import { isJson } from './look.ts';
import { DEPTH_MAX, scanJson } from './scan.ts';
import { keepsValue } from '../values/decimal.ts';

export type Parsed = { readonly kind: 'json'; readonly json: Json } | { readonly kind: 'bad'; readonly words: string };

/**
 * Parses text that strangers sent. A number that a double cannot hold comes as text with the same digits; everything else as `JSON.parse`
 * gives it. Nesting beyond `DEPTH_MAX` is refused before it is parsed.
 */
export async function parseJson(text: string): Promise<Parsed> {
  const scan = scanJson(text);
  if (scan.depth > DEPTH_MAX) return { kind: 'bad', words: `the answer nests deeper than ${DEPTH_MAX} levels` };
  try {
    const parsed: unknown = scan.longNumbers ? await parseLosslessly(text) : JSON.parse(text);
    return isJson(parsed) ? { kind: 'json', json: parsed } : { kind: 'bad', words: 'the answer holds a value that JSON does not have' };
  } catch {
    // The parser's own words quote the text, which may be a secret.
    return { kind: 'bad', words: 'the answer is not JSON, or not whole' };
  }
}

// Few answers hold long numbers, so the slower parser is loaded when the first one comes.
async function parseLosslessly(text: string): Promise<unknown> {
  const { parse } = await import('lossless-json');
  return parse(text, undefined, { parseNumber: numberOrText });
}

function numberOrText(digits: string): number | string {
  return keepsValue(digits) ? Number(digits) : digits;
}

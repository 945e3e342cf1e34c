import { ConcordError } from '@concord/core';
import type { FastifyInstance } from 'fastify';
import { clock } from '../surroundings.ts';

/** What a route takes that says nothing else. Policies and configurations are longer. */
export const BODY_BYTES_MAX = 131_072;
export const LONG_BODY_BYTES_MAX = 1_048_576;
/** Longer ones are parsed one after another, and between two of them everybody else has a turn: each may take a tenth of a second. */
const AT_ONCE_CHARS_MAX = 65_536;

/** As deep as a body may nest: what is asked of any route lies at a depth of ten. A parser takes seconds for half a million brackets. */
const DEPTH_MAX = 64;
const [QUOTE, BACKSLASH] = [34, 92];

/** Bodies are looked at once, without recursion, before anything parses them. */
export function readBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  let last: Promise<void> = Promise.resolve();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    const text = String(body);
    const read = (): void => {
      if (isDeep(text)) done(new ConcordError('REQUEST_WRONG', { words: `its body nests deeper than ${DEPTH_MAX}` }));
      else void parse(request, text, done);
    };
    if (text.length <= AT_ONCE_CHARS_MAX) read();
    else last = last.then(clock.turn).then(read);
  });
}

/** Whether JSON text nests deeper than anything that is meant. Of what is no JSON, any answer will do. */
export function isDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length && depth <= DEPTH_MAX; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at + 1);
    else if (code === 91 || code === 123) depth += 1;
    else if (code === 93 || code === 125) depth -= 1;
  }
  return depth > DEPTH_MAX;
}

/** The place of the quote that ends a string, or the text's end. */
function endOfString(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}

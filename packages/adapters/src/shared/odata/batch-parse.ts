import type { Trouble } from '@concord/core';
import { replyOf } from './reply.ts';
import type { Lost, Reply } from './reply.ts';

export type BatchReply =
  /** In order; a changeset that failed is one part. A service that stops at a failure tells fewer parts than were asked. */
  { readonly kind: 'parts'; readonly parts: readonly Reply[] } | Trouble | Lost;

/** Reads the answer to a `$batch`; each part is sorted as if it had come alone, so that a part may be throttled among others that are done. */
export async function batchReply(reply: Reply, nowMs: number): Promise<BatchReply> {
  if (reply.kind === 'unauthorised') return { kind: 'denied', words: reply.words };
  if (reply.kind !== 'answer') return reply;
  const boundary = boundaryIn(reply.headers['content-type'] ?? '');
  if (typeof reply.body !== 'string' || boundary === undefined)
    return { kind: 'lost', words: `the batch was not answered part by part: ${reply.words}` };
  const sections = httpSections(reply.body, boundary);
  if (sections === undefined) return { kind: 'lost', words: 'the answer to the batch was not whole' };
  return { kind: 'parts', parts: await Promise.all(sections.map((section) => partReply(section, nowMs))) };
}

/** Lines may end in CRLF or in LF alone: both are seen in the wild. */
const BLANK = /\r?\n\r?\n/;

/** The `application/http` sections, those of changesets in their place; `undefined` when an end mark is missing. */
function httpSections(text: string, boundary: string): readonly string[] | undefined {
  const sections = sectionsIn(text, boundary);
  if (sections === undefined) return undefined;
  const flat: string[] = [];
  for (const section of sections) {
    const { head, rest } = cut(section);
    const inner = boundaryIn(headersIn(head)['content-type'] ?? '');
    const nested = inner === undefined ? [rest] : sectionsIn(rest, inner)?.map((item) => cut(item).rest);
    if (nested === undefined) return undefined;
    flat.push(...nested);
  }
  return flat;
}

function sectionsIn(text: string, boundary: string): readonly string[] | undefined {
  const mark = new RegExp(`(?:^|\\r?\\n)--${boundary.replaceAll(/[^\w]/g, String.raw`\$&`)}(--)?[ \\t]*(?=\\r?\\n|$)`, 'g');
  const marks = [...text.matchAll(mark)];
  if (marks.at(-1)?.[1] !== '--') return undefined;
  return marks.slice(0, -1).map((found, index) => text.slice(found.index + found[0].length, marks[index + 1]?.index).replace(/^\r?\n/, ''));
}

function partReply(section: string, nowMs: number): Promise<Reply> {
  const { head, rest } = cut(section);
  const [first = '', ...others] = head.split(/\r?\n/);
  const status = Number(/^HTTP\/\d(?:\.\d)? (\d{3})/.exec(first)?.[1]);
  if (Number.isNaN(status)) return Promise.resolve({ kind: 'lost', words: 'a part of the batch has no status' });
  return replyOf({ kind: 'answer', status, headers: headersIn(others.join('\n')), text: rest.trim() }, nowMs);
}

function cut(section: string): { readonly head: string; readonly rest: string } {
  const gap = BLANK.exec(section);
  return gap ? { head: section.slice(0, gap.index), rest: section.slice(gap.index + gap[0].length) } : { head: section, rest: '' };
}

function headersIn(head: string): Readonly<Record<string, string>> {
  const pairs = head.split(/\r?\n/).flatMap((line) => {
    const colon = line.indexOf(':');
    return colon > 0 ? [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()] as const] : [];
  });
  return Object.fromEntries(pairs);
}

function boundaryIn(type: string): string | undefined {
  return /^multipart\/mixed\b.*?boundary="?([^";]+)"?/i.exec(type)?.[1]?.trim();
}

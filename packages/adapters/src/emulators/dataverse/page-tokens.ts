import { wholeSeconds } from '../wire/clock.ts';
import { isObject, parseJson } from '../wire/json.ts';

/** Where a page ended. */
export interface PageMark {
  readonly page: number;
  /** The last row's place in the order of the listing: its ordinal, or its version in a delta. */
  readonly after: number;
  /** How many rows came before, for listings in an order of the client's own. */
  readonly offset: number;
  /** The row version up to which the whole listing tells. */
  readonly upTo: number;
}

/** `<cookie pagenumber="2" pagingcookie="…" istracking="False" />`: clients must not look inside. */
export function skipToken(mark: PageMark): string {
  const inside = Buffer.from(JSON.stringify([mark.after, mark.offset, mark.upTo])).toString('base64url');
  return `<cookie pagenumber="${mark.page}" pagingcookie="${inside}" istracking="False" />`;
}

export function parseSkipToken(token: string): PageMark | undefined {
  const [, page, inside] = /^<cookie pagenumber="(\d+)" pagingcookie="([\w-]+)"/.exec(token) ?? [];
  const told = parseJson(Buffer.from(inside ?? '', 'base64url').toString());
  const [after, offset, upTo] = Array.isArray(told) ? told : [];
  if (typeof after !== 'number' || typeof offset !== 'number' || typeof upTo !== 'number' || isObject(told)) return undefined;
  return { page: Number(page), after, offset, upTo };
}

/** `919042!08/22/2017 08:10:44`: a row version and the time when it was told. */
export function deltaToken(version: number, atMs: number): string {
  const [date = '', time = ''] = wholeSeconds(atMs).slice(0, 19).split('T');
  const [year, month, day] = date.split('-');
  return `${version}!${month}/${day}/${year} ${time}`;
}

export function parseDeltaToken(token: string): { readonly version: number; readonly atMs: number } | undefined {
  const [, version, month, day, year, time] = /^(\d+)!(\d\d)\/(\d\d)\/(\d{4}) (\d\d:\d\d:\d\d)$/.exec(token) ?? [];
  if (version === undefined) return undefined;
  return { version: Number(version), atMs: Date.parse(`${year}-${month}-${day}T${time}Z`) };
}

import { ConcordError, PAGE_ROWS_MAX, type PageAsk, type PageOf } from '@concord/core';

/** A place in a list that is ordered by a number first and something unique second. */
export interface Mark<Unique> {
  readonly at: number;
  readonly unique: Unique;
}

/** The limit asked for, once it is known to be one. */
export function limitOf(ask: PageAsk): number {
  if (Number.isInteger(ask.limit) && ask.limit >= 1 && ask.limit <= PAGE_ROWS_MAX) return ask.limit;
  throw new ConcordError('PAGE_LIMIT_WRONG', { limit: ask.limit, max: PAGE_ROWS_MAX });
}

/** Cuts a page from rows of which one more than the limit was read: only then is there a next page. */
export function pageOf<Row, Item>(rows: readonly Row[], limit: number, item: (row: Row) => Item, mark: (row: Row) => string): PageOf<Item> {
  const kept = rows.slice(0, limit);
  const items = kept.map(item);
  const last = kept.at(-1);
  return rows.length > limit && last !== undefined ? { items, next: mark(last) } : { items };
}

/** A mark that is a whole number; `fallback` when the list is read from its start. */
export function numberMark(after: string | undefined, fallback: number): number {
  if (after === undefined) return fallback;
  const value = wholeNumber(after);
  if (value === undefined) throw new ConcordError('PAGE_AFTER_WRONG', { after });
  return value;
}

/** A mark `number.text`; the text may hold anything. */
export function textMark(after: string | undefined, fallback: Mark<string>): Mark<string> {
  if (after === undefined) return fallback;
  const dot = after.indexOf('.');
  const at = dot < 0 ? undefined : wholeNumber(after.slice(0, dot));
  if (at === undefined) throw new ConcordError('PAGE_AFTER_WRONG', { after });
  return { at, unique: after.slice(dot + 1) };
}

/** A mark of two whole numbers, `number.number`. */
export function pairMark(after: string | undefined, fallback: Mark<number>): Mark<number> {
  if (after === undefined) return fallback;
  const { at, unique } = textMark(after, { at: 0, unique: '' });
  return { at, unique: numberMark(unique, 0) };
}

export function markText(mark: Mark<string | number>): string {
  return `${mark.at}.${mark.unique}`;
}

function wholeNumber(text: string): number | undefined {
  const value = /^-?\d{1,16}$/u.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}

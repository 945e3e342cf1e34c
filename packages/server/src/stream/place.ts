import { createHash } from 'node:crypto';
import type { Ledger, News } from '@concord/core';

/** Where a reader stands: what it was told last, by its number, and the id that names it. */
export interface Place {
  readonly number: number;
  readonly id: string;
}

const FORM = /^(\d{1,15})-([0-9a-f]{8})$/u;
const MARK_CHARS = 8;
/** Before the first. */
const START: Place = { number: 0, id: '0' };

/**
 * The number, and a mark of what it stands for: a ledger that was put back from a backup, or made anew, gives the same numbers to other
 * news, and a reader must not go on as if it had heard them.
 */
export function placeOf(item: News): Place {
  const mark = createHash('sha256').update(JSON.stringify(item)).digest('hex').slice(0, MARK_CHARS);
  return { number: item.number, id: `${item.number}-${mark}` };
}

/** Behind everything that there is. */
export async function latestPlace(ledger: Pick<Ledger, 'news' | 'latestNews'>): Promise<Place> {
  const [item] = await ledger.news(Math.max(0, (await ledger.latestNews()) - 1), 1);
  return item ? placeOf(item) : START;
}

/** The place that an id names; `undefined`: it is not known here, or not any more. */
export async function placeNamed(ledger: Pick<Ledger, 'news'>, id: string): Promise<Place | undefined> {
  const number = id === START.id ? 0 : Number(FORM.exec(id)?.[1] ?? Number.NaN);
  if (Number.isNaN(number)) return undefined;
  const [item] = await ledger.news(Math.max(0, number - 1), 1);
  // Nothing was trimmed before the very first.
  if (number === 0) return item === undefined || item.number === 1 ? START : undefined;
  const place = item && placeOf(item);
  return place?.id === id ? place : undefined;
}

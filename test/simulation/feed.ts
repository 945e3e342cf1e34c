import { cursor as cursorFrom, type Cursor, type Pull, type Sighting } from '@concord/core';
import { told, type Kept, type Rows } from './rows.ts';

/** A place in a feed. `at` is the last change that was told; `head` is where the delta begins once a listing has ended. */
export interface Place {
  readonly issue: number;
  readonly of: 'listing' | 'delta';
  readonly at: number;
  readonly head: number;
}

export interface FeedState {
  /** Cursors of another issue are worth nothing. */
  readonly issue: number;
  readonly isHidden: boolean;
}

/** Rows in the order of their last changes: one that changes while others are told moves to the end, and is told again. */
export function pull(rows: Rows, from: Cursor | undefined, { issue, isHidden }: FeedState): Pull {
  const start: Place = { issue, of: 'listing', at: 0, head: rows.head() };
  const place = from === undefined ? start : placeOf(from);
  if (place.issue !== issue) return { kind: 'expired' };
  const isEmpty = isHidden && place.of === 'listing';
  const waiting = isEmpty ? [] : rows.all().filter(({ at }) => at > place.at);
  const page = waiting.slice(0, rows.nature.pageRows);
  const more = page.length < waiting.length;
  const last = page.at(-1)?.at ?? place.at;
  const next: Place = more
    ? { ...place, at: last }
    : { ...place, of: 'delta', at: place.of === 'listing' ? Math.min(place.head, last) : last };
  const sightings = page.flatMap((kept) => sighting(rows, kept, place.of));
  return { kind: 'page', sightings, cursor: cursorOf(next), more, of: place.of };
}

function sighting(rows: Rows, kept: Kept, of: Place['of']): readonly Sighting[] {
  const { key, version } = kept;
  const row = told(rows.nature, kept);
  if (!row) return of === 'delta' ? [{ kind: 'gone', key }] : [];
  switch (rows.nature.feed) {
    case 'rows':
      return [{ kind: 'row', row }];
    case 'versions':
      return [{ kind: 'glimpse', key, version }];
    case 'keys':
      return [{ kind: 'glimpse', key }];
  }
}

export function placeOf(cursor: Cursor): Place {
  const [issue, of, at, head] = cursor.split(' ');
  return { issue: Number(issue), of: of === 'listing' ? 'listing' : 'delta', at: Number(at), head: Number(head) };
}

function cursorOf({ issue, of, at, head }: Place): Cursor {
  return cursorFrom(`${issue} ${of} ${at} ${head}`);
}

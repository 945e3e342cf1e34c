import type { JsonObject, Pull, Sighting } from '@concord/core';
import { objectsOf, textOf } from '../../shared/json/look.ts';
import { cursorOf } from '../../shared/odata/place.ts';
import { matches } from '../../shared/odata/told.ts';
import type { FeedPlace } from './feed-place.ts';
import type { FeedLimits } from './feed.ts';
import { failed } from './listing.ts';
import { addressOf, filterOf } from './place.ts';
import type { Place } from './place.ts';
import { MODIFIED_AT, rowIn, selected } from './rows.ts';

/**
 * One page of rows by modification time. Each page asks anew from the latest time that was seen, because a page that counts rows loses one
 * whenever an edit moves a row to the end; counting is left for more rows of one instant than a page holds.
 */
export async function pollPage(place: Place, at: FeedPlace, limits: FeedLimits): Promise<Pull> {
  const from = at.since === undefined || at.onward ? at.since : reachedBack(at.since, limits.overlapMs);
  const reply = await place.client.get(
    addressOf(place, undefined, {
      $filter: filterOf(place, ...(from === undefined ? [] : [`${MODIFIED_AT} ge ${from}`])),
      $select: selected(place).join(','),
      $orderby: [MODIFIED_AT, ...place.table.keys].join(','),
      $top: String(limits.pageRows),
      ...(at.onward && at.skip > 0 ? { $skip: String(at.skip) } : {}),
    }),
  );
  if (reply.kind !== 'answer') return reply;
  if (reply.status !== 200) return failed(reply.status, reply.words, place);
  const rows = objectsOf(reply.body, 'value');
  const sightings = rows.map((json) => sighting(json, place));
  if (sightings.includes('unreadable'))
    return { kind: 'unreachable', words: `a row of "${place.binding.set}" came without its key or its version` };
  const more = rows.length >= limits.pageRows;
  return {
    kind: 'page',
    sightings: sightings.filter((item) => typeof item === 'object'),
    cursor: cursorOf(advanced(at, from, rows, more)),
    more,
    of: 'delta',
  };
}

function reachedBack(since: string, overlapMs: number): string {
  const ms = Date.parse(since);
  return Number.isNaN(ms) ? since : `${new Date(ms - overlapMs).toISOString().slice(0, 19)}Z`;
}

function advanced(at: FeedPlace, from: string | undefined, rows: readonly JsonObject[], more: boolean): FeedPlace {
  const told = rows.flatMap((json) => textOf(json, MODIFIED_AT) ?? []);
  const last = told.at(-1);
  const latest = last !== undefined && (at.since === undefined || more || Date.parse(last) > Date.parse(at.since)) ? last : at.since;
  const stuck = more && latest === from;
  return {
    ...at,
    ...(latest === undefined ? {} : { since: latest }),
    skip: stuck ? at.skip + rows.length : 0,
    onward: more,
    polled: true,
  };
}

function sighting(json: JsonObject, place: Place): Sighting | 'unreadable' {
  const row = rowIn(json, place);
  if (row === undefined) return 'unreadable';
  // A row that stopped matching is gone from the mirror; one that never matched was never in it, and nobody will miss it.
  return matches(json, place.binding.where) ? { kind: 'row', row } : { kind: 'gone', key: row.key };
}

import type { Cursor, Pull, Trouble } from '@concord/core';
import { objectsOf, textOf } from '../../shared/json/look.ts';
import { placeIn } from '../../shared/odata/place.ts';
import { addressOf, filterOf } from './place.ts';
import type { Place } from './place.ts';
import { feedPlace, firstPlace } from './feed-place.ts';
import type { FeedPlace } from './feed-place.ts';
import { listPage } from './listing.ts';
import { pollPage } from './modified.ts';
import { wordsOf } from './options.ts';
import { glimpsed, MODIFIED_AT, selected } from './rows.ts';

export interface FeedLimits {
  readonly pageRows: number;
  readonly sweepEveryMs: number;
  readonly overlapMs: number;
  /** ms since 1970 UTC. */
  readonly nowMs: number;
}

/**
 * One page of what changed. The service has no delta links, so there are two ways: `sweep` lists keys and versions of everything at each
 * poll; `modified` asks for rows by modification time, and sweeps now and then for those that are gone or were missed.
 */
export async function pull(place: Place, from: Cursor | undefined, limits: FeedLimits): Promise<Pull> {
  const words = wordsOf(place.binding);
  if ('fault' in words) return { kind: 'unreachable', words: words.fault };
  const shape = JSON.stringify([place.client.root, place.company, place.binding.set, words.feed, selected(place), place.binding.where]);
  if (from === undefined) return begin(place, shape, words.feed, limits);
  const at = placeIn(from, feedPlace);
  if (at === undefined || at.shape !== shape) return { kind: 'expired' };
  if (at.link !== undefined) return listPage(place, { ...at, link: at.link }, limits.pageRows);
  if (words.feed === 'sweep') return listPage(place, sweepAt(place, at, 0), limits.pageRows);
  const isDue = at.polled && !at.onward && limits.nowMs - at.sweptAtMs >= limits.sweepEveryMs;
  return isDue ? listPage(place, sweepAt(place, at, limits.nowMs), limits.pageRows) : pollPage(place, at, limits);
}

/**
 * The first listing tells whole rows. Where a feed goes on by modification time it starts from the latest one before the listing began:
 * of the service's own clock, which may differ from ours. A sweep follows, for rows that a page lost while others were deleted.
 */
async function begin(place: Place, shape: string, feed: 'sweep' | 'modified', limits: FeedLimits): Promise<Pull> {
  const start = { ...firstPlace(shape), link: listing(place, selected(place)) };
  if (feed === 'sweep') return listPage(place, start, limits.pageRows);
  const head = await latest(place);
  if (head.kind !== 'latest') return head;
  return listPage(place, head.at === undefined ? start : { ...start, since: head.at }, limits.pageRows);
}

function sweepAt(place: Place, at: FeedPlace, sweptAtMs: number): FeedPlace & { readonly link: string } {
  return { ...at, whole: false, sweptAtMs, polled: false, link: listing(place, glimpsed(place)) };
}

/** In the order of keys, so that an edit moves no row from one page to another. */
function listing(place: Place, columns: readonly string[]): string {
  return addressOf(place, undefined, { $filter: filterOf(place), $select: columns.join(','), $orderby: place.table.keys.join(',') });
}

async function latest(place: Place): Promise<{ readonly kind: 'latest'; readonly at: string | undefined } | Trouble> {
  const asked = { $filter: filterOf(place), $select: MODIFIED_AT, $orderby: `${MODIFIED_AT} desc`, $top: '1' };
  const reply = await place.client.get(addressOf(place, undefined, asked));
  if (reply.kind !== 'answer') return reply;
  if (reply.status !== 200) return { kind: 'unreachable', words: reply.words };
  return { kind: 'latest', at: objectsOf(reply.body, 'value').flatMap((json) => textOf(json, MODIFIED_AT) ?? [])[0] };
}

import type { JsonObject, Pull, Sighting } from '@concord/core';
import { objectsOf, textOf } from '../../shared/json/look.ts';
import { cursorOf } from '../../shared/odata/place.ts';
import { matches } from '../../shared/odata/told.ts';
import type { FeedPlace } from './feed-place.ts';
import type { Place } from './place.ts';
import { isSchemaDrift } from './refusal.ts';
import { rowIn } from './rows.ts';

/** One page of a listing of everything: whole rows at first, later keys and versions alone. */
export async function listPage(place: Place, at: FeedPlace & { readonly link: string }, pageRows: number): Promise<Pull> {
  const reply = await place.client.get(at.link, { prefer: `odata.maxpagesize=${pageRows}` });
  if (reply.kind !== 'answer') return reply;
  if (reply.status === 410 || (reply.status === 400 && /skip ?token/i.test(reply.words))) return { kind: 'expired' };
  if (reply.status !== 200) return failed(reply.status, reply.words, place);
  const sightings = objectsOf(reply.body, 'value').map((json) => sighting(json, at.whole, place));
  if (sightings.includes('unreadable'))
    return { kind: 'unreachable', words: `a row of "${place.binding.set}" came without its key or its version` };
  const { link: _done, ...rest } = at;
  const next = textOf(reply.body, '@odata.nextLink');
  return {
    kind: 'page',
    sightings: sightings.filter((item) => typeof item === 'object'),
    cursor: cursorOf(next === undefined ? { ...rest, whole: false } : { ...rest, link: next }),
    more: next !== undefined,
    of: 'listing',
  };
}

/** A listing or a poll that the service would not answer. */
export function failed(status: number, words: string, place: Place): Pull {
  if (status === 403) return { kind: 'denied', words };
  if (status === 404 || isSchemaDrift(words)) return { kind: 'drifted', words: `"${place.binding.set}": ${words}` };
  return { kind: 'unreachable', words };
}

function sighting(json: JsonObject, whole: boolean, place: Place): Sighting | 'unreadable' | 'other' {
  const row = rowIn(json, place);
  if (row === undefined) return 'unreadable';
  if (!matches(json, place.binding.where)) return 'other';
  return whole ? { kind: 'row', row } : { kind: 'glimpse', key: row.key, version: row.version };
}

import { keyOf } from '@concord/core';
import type { Binding, Cursor, Json, JsonObject, Pull, Sighting, Trouble } from '@concord/core';
import { z } from 'zod';
import { objectsOf, textOf } from '../../shared/json/look.ts';
import type { ODataClient, ReadReply } from '../../shared/odata/client.ts';
import { query } from '../../shared/odata/literal.ts';
import { cursorOf, placeIn } from '../../shared/odata/place.ts';
import { matches } from '../../shared/odata/told.ts';
import { CODES, codeOf } from './codes.ts';
import { isSchemaDrift } from './refusal.ts';
import { rowIn, selected } from './rows.ts';
import type { TableFacts } from './tables.ts';

/** `shape` says what is read: a link that was made for other columns would leave the new ones out for ever. */
const place = z.strictObject({ v: z.literal(1), of: z.enum(['listing', 'delta']), shape: z.string(), link: z.string().min(1) });
type Place = z.output<typeof place>;

/**
 * One page of a table's changes, by change tracking: the listing ends in a delta link, which tells what changed since the listing
 * began. `$filter` cannot be used with it, so rows that are not mirrored are dropped here.
 */
export async function pull(
  client: ODataClient,
  binding: Binding,
  table: TableFacts,
  from: Cursor | undefined,
  pageRows: number,
): Promise<Pull> {
  const names = selected(binding, table.id).join(',');
  const shape = JSON.stringify([client.root, binding.set, names, binding.where]);
  const at =
    from === undefined
      ? { v: 1 as const, of: 'listing' as const, shape, link: `${binding.set}${query({ $select: names })}` }
      : placeIn(from, place);
  if (at === undefined || at.shape !== shape) return { kind: 'expired' };
  const reply = await client.get(at.link, { prefer: `odata.track-changes,odata.maxpagesize=${pageRows}` });
  if (reply.kind !== 'answer') return reply;
  return reply.status === 200 ? page(reply.body, at, binding, table) : refusal(reply, from !== undefined);
}

/** A read that the service would not answer. */
export function troubleOf({ status, words }: Pick<Extract<ReadReply, { kind: 'answer' }>, 'status' | 'words'>): Trouble {
  if (status === 403) return { kind: 'denied', words };
  return { kind: isSchemaDrift(words) ? 'drifted' : 'unreachable', words };
}

/** The ways of saying that a link leads nowhere any more. A relisting that fails tells its own reason. */
const LINK_TOO_OLD = /expired|full sync|(?:delta|skip) ?token/i;

function refusal(answer: Extract<ReadReply, { kind: 'answer' }>, resumed: boolean): Pull {
  if (codeOf(answer.code) === CODES.versionExpired || answer.status === 410) return { kind: 'expired' };
  if (resumed && answer.status < 500 && LINK_TOO_OLD.test(answer.words)) return { kind: 'expired' };
  return troubleOf(answer);
}

function page(body: Json | undefined, at: Place, binding: Binding, table: TableFacts): Pull {
  const next = textOf(body, '@odata.nextLink');
  const link = next ?? textOf(body, '@odata.deltaLink');
  if (link === undefined) {
    return {
      kind: 'unreachable',
      words: `the last page of "${binding.set}" has no delta link: turn on change tracking for the table "${table.logicalName}"`,
    };
  }
  const sightings = objectsOf(body, 'value').map((json) => sighting(json, at, binding, table));
  if (sightings.includes('unreadable'))
    return { kind: 'unreachable', words: `a row of "${binding.set}" came without its id or its version` };
  const of = next === undefined ? 'delta' : at.of;
  return {
    kind: 'page',
    sightings: sightings.filter((item) => typeof item === 'object'),
    cursor: cursorOf({ ...at, of, link }),
    more: next !== undefined,
    of: at.of,
  };
}

function sighting(json: JsonObject, at: Place, binding: Binding, table: TableFacts): Sighting | 'unreadable' | 'other' {
  const removed = textOf(json, 'id')?.toLowerCase();
  if (textOf(json, '@odata.context')?.endsWith('$deletedEntity'))
    return removed === undefined ? 'unreadable' : { kind: 'gone', key: keyOf(removed) };
  const row = rowIn(json, binding, table.id);
  if (row === undefined) return 'unreadable';
  if (matches(json, binding.where)) return { kind: 'row', row };
  // A row that stopped matching is gone from the mirror; one that never matched was never in it, and nobody will miss it.
  return at.of === 'delta' ? { kind: 'gone', key: row.key } : 'other';
}

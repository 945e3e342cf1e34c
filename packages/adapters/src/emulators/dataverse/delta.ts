import type { JsonObject } from '@concord/core';
import type { Answer } from '../wire/answer.ts';
import { jsonAnswer } from '../wire/answer.ts';
import type { Operation } from '../wire/operation.ts';
import { CODES, errorAnswer, expiredStamp } from './errors.ts';
import { API, linkOf } from './link.ts';
import type { Org, Stored, Table } from './org.ts';
import { renderRow } from './render.ts';
import type { View } from './render.ts';
import { deltaToken, parseDeltaToken, parseSkipToken } from './page-tokens.ts';
import type { PageMark } from './page-tokens.ts';
import { applied, contextOf, nextLink, pageSize, startsTracking } from './paging.ts';

const REFUSED = ['$filter', '$orderby', '$expand', '$top'] as const;

/** Change tracking lists whole tables only, of those that it is on for. */
export function trackingRefusal(table: Table, operation: Operation): Answer | undefined {
  if (!startsTracking(operation) && !operation.query.has('$deltatoken')) return undefined;
  const option = REFUSED.find((name) => operation.query.has(name));
  if (option !== undefined)
    return errorAnswer(400, CODES.query, `The "${option.slice(1)}" query parameter isn't supported when Change Tracking is enabled.`);
  if (table.schema.changeTracking !== false) return undefined;
  return errorAnswer(400, CODES.query, `Change tracking is not enabled for the entity '${table.schema.name}'.`);
}

/** Answers what changed since a delta token: rows in the order of their versions, then deletions. */
export function answerDelta(org: Org, table: Table, operation: Operation, view: View): Answer {
  const since = sinceOf(org, table, operation);
  if (typeof since !== 'number') return since;
  const mark = markOf(org, operation, since);
  if (mark === undefined) return errorAnswer(400, CODES.query, 'Malformed Skip Token.');
  const events = eventsAfter(table, mark);
  const shown = events.slice(0, pageSize(org, operation));
  const last = shown.at(-1);
  const links =
    last !== undefined && shown.length < events.length
      ? {
          '@odata.nextLink': nextLink(table, operation, {
            page: mark.page + 1,
            after: last.version,
            offset: PHASES.indexOf(last.kind),
            upTo: mark.upTo,
          }),
        }
      : { '@odata.deltaLink': again(org, table, operation, mark.upTo) };
  const value = shown.map((event) => told(org, operation, table, view, event));
  return jsonAnswer(200, { '@odata.context': `${contextOf(operation, table, view)}/$delta`, ...links, value }, applied(org, operation));
}

/** Answers `GET /accounts/$count?$deltatoken=…`. */
export function answerDeltaCount(org: Org, table: Table, operation: Operation): Answer {
  const since = sinceOf(org, table, operation);
  if (typeof since !== 'number') return since;
  return {
    status: 200,
    headers: { 'Content-Type': 'text/plain' },
    body: String(eventsAfter(table, { page: 1, after: since, offset: 0, upTo: org.version, since }).length),
  };
}

/** The version that the token stands for, or the answer that refuses it. */
function sinceOf(org: Org, table: Table, operation: Operation): number | Answer {
  const token = parseDeltaToken(operation.query.get('$deltatoken') ?? '');
  if (token === undefined) return errorAnswer(400, CODES.query, 'The delta token is not valid.');
  const old = token.version < table.floor || org.services.clock.now() - token.atMs > org.settings.deltaLifeMs;
  return old ? expiredStamp() : token.version;
}

type Event =
  | { readonly kind: 'row'; readonly version: number; readonly stored: Stored }
  | { readonly kind: 'gone'; readonly version: number; readonly id: string };

type DeltaMark = PageMark & { readonly since: number };

/** Deletions are told after all rows; a page mark's `offset` says how far that had come. */
const PHASES: readonly Event['kind'][] = ['row', 'gone'];

/** What lies behind the mark. Rows that change between pages move past `upTo`, into the next delta, and shift nothing. */
function eventsAfter(table: Table, mark: DeltaMark): readonly Event[] {
  const gone = [...table.tombstones].map(([id, version]) => ({ kind: 'gone' as const, version, id }));
  const within = (after: number) => (event: Event) => event.version > after && event.version <= mark.upTo;
  if (PHASES[mark.offset] === 'gone') return gone.filter(within(mark.after));
  const rows: Event[] = [];
  for (const stored of putAfter(table, mark.after))
    if (stored.version <= mark.upTo) rows.push({ kind: 'row', version: stored.version, stored });
  return [...rows.toSorted((a, b) => a.version - b.version), ...gone.filter(within(mark.since))];
}

/** Rows in a version behind this one: a follower asks for the last few of many. */
function putAfter(table: Table, version: number): readonly Stored[] {
  if (version < table.putsFrom) return [...table.rows.values()].filter((stored) => stored.version > version);
  let from = table.puts.length;
  while ((table.puts[from - 1]?.version ?? 0) > version) from -= 1;
  return table.puts.slice(from).filter((stored) => table.rows.get(stored.id) === stored);
}

function told(org: Org, operation: Operation, table: Table, view: View, event: Event): JsonObject {
  if (event.kind === 'row') return renderRow(org, event.stored, view);
  return { '@odata.context': `${operation.origin}${API}$metadata#${table.schema.set}/$deletedEntity`, id: event.id, reason: 'deleted' };
}

function markOf(org: Org, operation: Operation, since: number): DeltaMark | undefined {
  const token = operation.query.get('$skiptoken');
  const mark = token === undefined ? { page: 1, after: since, offset: 0, upTo: org.version } : parseSkipToken(token);
  return mark && { ...mark, since };
}

function again(org: Org, table: Table, operation: Operation, version: number): string {
  const query = new Map([...operation.query].filter(([name]) => name !== '$skiptoken'));
  return linkOf(operation.origin, table.schema.set, query.set('$deltatoken', deltaToken(version, org.services.clock.now())));
}

import type { Answer } from '../wire/answer.ts';
import { jsonAnswer } from '../wire/answer.ts';
import { compileFilter, compileOrder } from '../wire/filter.ts';
import type { Operation } from '../wire/operation.ts';
import { answerDelta, trackingRefusal } from './delta.ts';
import { CODES, errorAnswer, unknownProperty } from './errors.ts';
import { linkOf } from './link.ts';
import type { Org, Stored, Table } from './org.ts';
import { readersOf } from './readers.ts';
import { renderRow, viewOf } from './render.ts';
import type { View } from './render.ts';
import { deltaToken, parseSkipToken } from './page-tokens.ts';
import type { PageMark } from './page-tokens.ts';
import { annotationsWanted, applied, contextOf, nextLink, pageSize, startsTracking } from './paging.ts';

const COUNT_MAX = 5_000;

/** Answers `GET /accounts`: a page of rows, with the link to the next, or to the changes since. */
export function answerList(org: Org, table: Table, operation: Operation): Answer {
  const refusal = unsupported(operation) ?? trackingRefusal(table, operation);
  if (refusal !== undefined) return refusal;
  const view = viewOf(org, table, operation.query.get('$select'), operation.query.get('$expand'), annotationsWanted(operation));
  if (view.kind === 'fault') return view.answer;
  if (operation.query.has('$deltatoken')) return answerDelta(org, table, operation, view.value);
  const rows = matching(org, table, operation);
  if ('status' in rows) return rows;
  const mark = markOf(org, operation);
  return mark === undefined ? errorAnswer(400, CODES.query, 'Malformed Skip Token.') : page(org, table, operation, view.value, rows, mark);
}

/** Answers `GET /accounts/$count`, which counts no further than 5,000. */
export function answerCount(org: Org, table: Table, operation: Operation): Answer {
  const rows = matching(org, table, operation);
  if ('status' in rows) return rows;
  return { status: 200, headers: { 'Content-Type': 'text/plain' }, body: String(Math.min(rows.length, COUNT_MAX)) };
}

function page(org: Org, table: Table, operation: Operation, view: View, rows: readonly Stored[], mark: PageMark): Answer {
  const top = operation.query.has('$top') ? Number(operation.query.get('$top')) : undefined;
  const ordered = operation.query.has('$orderby');
  const from = ordered ? mark.offset : firstAfter(rows, mark.after);
  const size = top === undefined ? pageSize(org, operation) : Math.min(top, org.settings.pageRowsMax);
  const shown = rows.slice(from, from + size);
  const end = from + shown.length;
  const more = top === undefined && end < rows.length;
  const next = { page: mark.page + 1, after: shown.at(-1)?.ordinal ?? mark.after, offset: end, upTo: mark.upTo };
  const links = more ? { '@odata.nextLink': nextLink(table, operation, next) } : ending(org, table, operation, mark);
  return jsonAnswer(
    200,
    {
      '@odata.context': contextOf(operation, table, view),
      ...(operation.query.get('$count') === 'true' && { '@odata.count': Math.min(rows.length, COUNT_MAX) }),
      ...links,
      value: shown.map((stored) => renderRow(org, stored, view)),
    },
    applied(org, operation),
  );
}

/** Rows stand in the order of their ordinals, so the place to go on is found by halving. */
function firstAfter(rows: readonly Stored[], after: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle]?.ordinal ?? Infinity) <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}

function ending(org: Org, table: Table, operation: Operation, mark: PageMark): Readonly<Record<string, string>> {
  if (!startsTracking(operation)) return {};
  const query = new Map([...operation.query].filter(([name]) => name !== '$skiptoken'));
  // The version of when the listing began: what changed while the pages were read is told again, and nothing is skipped.
  return {
    '@odata.deltaLink': linkOf(
      operation.origin,
      table.schema.set,
      query.set('$deltatoken', deltaToken(mark.upTo, org.services.clock.now())),
    ),
  };
}

function matching(org: Org, table: Table, operation: Operation): readonly Stored[] | Answer {
  const readers = readersOf(org, table);
  const test = compileFilter(operation.query.get('$filter'), readers);
  if (test.kind === 'fault')
    return test.column === undefined ? errorAnswer(400, CODES.query, test.words) : unknownProperty(table.schema.name, test.column);
  const order = compileOrder(operation.query.get('$orderby'), readers);
  if (order.kind === 'fault') return unknownProperty(table.schema.name, order.column ?? '');
  const all = [...table.rows.values()];
  const rows = operation.query.has('$filter') ? all.filter((stored) => test.run(stored.row)) : all;
  const compare = order.run;
  return compare === undefined ? rows : rows.toSorted((a, b) => compare(a.row, b.row) || a.ordinal - b.ordinal);
}

function markOf(org: Org, operation: Operation): PageMark | undefined {
  const token = operation.query.get('$skiptoken');
  return token === undefined ? { page: 1, after: 0, offset: 0, upTo: org.version } : parseSkipToken(token);
}

function unsupported(operation: Operation): Answer | undefined {
  if (operation.query.has('$skip')) return errorAnswer(400, CODES.query, 'Skip Clause is not supported in CRM');
  if (operation.query.has('$apply')) return errorAnswer(501, CODES.notSupported, '$apply is not part of this emulator.');
  const top = operation.query.get('$top');
  if (top !== undefined && !/^\d+$/.test(top)) return errorAnswer(400, CODES.query, `Invalid value '${top}' for $top query option.`);
  return undefined;
}

import { preference } from '../wire/operation.ts';
import type { Operation } from '../wire/operation.ts';
import { API, linkOf } from './link.ts';
import type { Org, Table } from './org.ts';
import { skipToken } from './page-tokens.ts';
import type { PageMark } from './page-tokens.ts';
import type { View } from './render.ts';

export const startsTracking = (operation: Operation): boolean => preference(operation, 'odata.track-changes') !== undefined;

export function pageSize(org: Org, operation: Operation): number {
  const wanted = Number(preference(operation, 'odata.maxpagesize') ?? org.settings.pageRowsMax);
  return Number.isInteger(wanted) && wanted > 0 ? Math.min(wanted, org.settings.pageRowsMax) : org.settings.pageRowsMax;
}

export function nextLink(table: Table, operation: Operation, mark: PageMark): string {
  return linkOf(operation.origin, table.schema.set, new Map([...operation.query, ['$skiptoken', skipToken(mark)]]));
}

export function contextOf(operation: Operation, table: Table, view: View): string {
  const columns = view.select === undefined ? '' : `(${view.select})`;
  return `${operation.origin}${API}$metadata#${table.schema.set}${columns}`;
}

/** The preferences that were honoured. */
export function applied(org: Org, operation: Operation): Readonly<Record<string, string>> {
  const honoured: string[] = [];
  if (startsTracking(operation)) honoured.push('odata.track-changes');
  if (preference(operation, 'odata.maxpagesize') !== undefined && !operation.query.has('$top'))
    honoured.push(`odata.maxpagesize=${pageSize(org, operation)}`);
  const annotations = preference(operation, 'odata.include-annotations');
  if (annotations !== undefined) honoured.push(`odata.include-annotations="${annotations}"`);
  return honoured.length === 0 ? {} : { 'Preference-Applied': honoured.join(',') };
}

export const annotationsWanted = (operation: Operation): boolean => preference(operation, 'odata.include-annotations') !== undefined;

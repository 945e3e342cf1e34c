import type {
  ChangeRow,
  ConflictRow,
  ConflictState,
  Counts,
  DeliveryRow,
  DeliveryState,
  EntityName,
  Key,
  News,
  OperatorAct,
  PageAsk,
  PageOf,
  RecordId,
  RecordState,
  SystemId,
} from '@concord/core';
import { limitOf, markText, numberMark, pageOf, pairMark, textMark } from '../page.ts';
import { linkPlace, type Store } from './store.ts';

export function links(
  store: Store,
  system: SystemId,
  entity: EntityName,
  ask: PageAsk,
): PageOf<{ readonly key: Key; readonly record: RecordId }> {
  const keys = [...(store.links.get(linkPlace(system, entity)) ?? [])]
    .filter(([key]) => ask.after === undefined || key > ask.after)
    .toSorted(([a], [b]) => compare(a, b));
  return pageOf(
    keys,
    limitOf(ask),
    ([key, record]) => ({ key, record }),
    ([key]) => key,
  );
}

export function deliveries(
  store: Store,
  ask: PageAsk & { readonly system?: SystemId; readonly state?: DeliveryState; readonly record?: RecordId },
): PageOf<DeliveryRow> {
  const after = textMark(ask.after, { at: Number.NEGATIVE_INFINITY, unique: '' });
  const rows = [...store.deliveries.values()]
    .filter((row) => row.state === (ask.state ?? 'due') && matches(ask.system, row.system) && matches(ask.record, row.record))
    .filter((row) => row.dueAtMs > after.at || (row.dueAtMs === after.at && row.id > after.unique))
    .toSorted((a, b) => a.dueAtMs - b.dueAtMs || compare(a.id, b.id));
  return pageOf(rows, limitOf(ask), same, (row) => markText({ at: row.dueAtMs, unique: row.id }));
}

export function queued(store: Store, system: SystemId, entity: EntityName, ask: PageAsk): PageOf<DeliveryRow> {
  const rows = [...store.deliveries.values()]
    .filter((row) => row.system === system && row.entity === entity && (ask.after === undefined || row.record > ask.after))
    .toSorted((a, b) => compare(a.record, b.record));
  return pageOf(rows, limitOf(ask), same, (row) => row.record);
}

export function records(store: Store, ask: PageAsk & { readonly entity?: EntityName }): PageOf<RecordState> {
  const rows = [...store.records.values()]
    .filter((row) => matches(ask.entity, row.entity) && (ask.after === undefined || row.id > ask.after))
    .toSorted((a, b) => compare(a.id, b.id));
  return pageOf(rows, limitOf(ask), same, (row) => row.id);
}

export function changes(store: Store, record: RecordId, ask: PageAsk & { readonly fromSeq?: number }): PageOf<ChangeRow> {
  const from = Math.max(ask.fromSeq ?? 1, numberMark(ask.after, 0) + 1);
  const rows = (store.changes.get(record) ?? []).filter((row) => row.seq >= from);
  return pageOf(rows, limitOf(ask), same, (row) => String(row.seq));
}

export function conflicts(
  store: Store,
  ask: PageAsk & { readonly state?: ConflictState; readonly entity?: EntityName; readonly record?: RecordId },
): PageOf<ConflictRow> {
  const after = pairMark(ask.after, { at: Number.POSITIVE_INFINITY, unique: 0 });
  const rows = [...store.conflicts.values()]
    .filter(({ row }) => matches(ask.state, row.state) && matches(ask.entity, row.entity) && matches(ask.record, row.record))
    .filter(({ row, number }) => row.openedAtMs < after.at || (row.openedAtMs === after.at && number < after.unique))
    .toSorted((a, b) => b.row.openedAtMs - a.row.openedAtMs || b.number - a.number);
  return pageOf(
    rows,
    limitOf(ask),
    ({ row }) => row,
    ({ row, number }) => markText({ at: row.openedAtMs, unique: number }),
  );
}

export function acts(store: Store, ask: PageAsk & { readonly record?: RecordId }): PageOf<OperatorAct> {
  return latestFirst(store.acts, ask, (act) => matches(ask.record, act.record));
}

/** A list that only grows, backwards. The mark is a row's place in it. */
export function latestFirst<Row>(rows: readonly Row[], ask: PageAsk, wanted: (row: Row) => boolean = () => true): PageOf<Row> {
  const before = numberMark(ask.after, rows.length);
  const numbered = rows.map((row, number) => ({ row, number })).filter(({ row, number }) => number < before && wanted(row));
  return pageOf(
    numbered.toReversed(),
    limitOf(ask),
    ({ row }) => row,
    ({ number }) => String(number),
  );
}

export function marked(store: Store, entity: EntityName, mark: string, ask: PageAsk): PageOf<RecordId> {
  const ids = [...(store.marks.get(entity)?.get(mark) ?? [])].filter((id) => ask.after === undefined || id > ask.after).toSorted(compare);
  return pageOf(ids, limitOf(ask), same, (id) => id);
}

export function marks(
  store: Store,
  entity: EntityName,
  ask: PageAsk & { readonly prefix: string; readonly atLeast: number },
): PageOf<string> {
  const found = [...(store.marks.get(entity) ?? [])]
    .filter(([mark, ids]) => mark.startsWith(ask.prefix) && ids.size >= ask.atLeast && (ask.after === undefined || mark > ask.after))
    .map(([mark]) => mark);
  return pageOf(found.toSorted(compare), limitOf(ask), same, (mark) => mark);
}

export function news(store: Store, after: number, limit: number): readonly News[] {
  const from = Math.max(0, after + 1 - (store.news[0]?.number ?? 1));
  return store.news.slice(from, from + limitOf({ limit }));
}

export function counts(store: Store): Counts {
  const inState = (state: DeliveryState): number => [...store.deliveries.values()].filter((row) => row.state === state).length;
  return {
    records: store.records.size,
    changes: [...store.changes.values()].reduce((sum, rows) => sum + rows.length, 0),
    held: [...store.conflicts.values()].filter(({ row }) => row.state === 'held').length,
    due: inState('due'),
    waiting: inState('waiting'),
    parked: inState('parked'),
  };
}

function matches<Value>(wanted: Value | undefined, found: Value | undefined): boolean {
  return wanted === undefined || wanted === found;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function same<Row>(row: Row): Row {
  return row;
}

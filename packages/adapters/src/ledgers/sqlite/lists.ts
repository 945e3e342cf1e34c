import type {
  ConflictRow,
  ConflictState,
  DeliveryRow,
  DeliveryState,
  EntityName,
  FailureRow,
  Key,
  OperatorAct,
  PageAsk,
  PageOf,
  RecordId,
  RecordState,
  SystemId,
} from '@concord/core';
import type { Database } from 'better-sqlite3';
import { limitOf, markText, numberMark, pageOf, pairMark, textMark } from '../page.ts';
import { toConflict, toDelivery, toRecord, undamaged, type ConflictStored, type DeliveryStored, type RecordRow } from './reads.ts';
import { readAct, readFailure } from './told.ts';

/** Answers in pages. Each goes on behind the last row of the page before, so rows that are added meanwhile make no gap and no repeat. */
export interface Lists {
  links(system: SystemId, entity: EntityName, ask: PageAsk): PageOf<{ readonly key: Key; readonly record: RecordId }>;
  deliveries(
    ask: PageAsk & { readonly system?: SystemId; readonly state?: DeliveryState; readonly record?: RecordId },
  ): PageOf<DeliveryRow>;
  queued(system: SystemId, entity: EntityName, ask: PageAsk): PageOf<DeliveryRow>;
  marked(entity: EntityName, mark: string, ask: PageAsk): PageOf<RecordId>;
  marks(entity: EntityName, ask: PageAsk & { readonly prefix: string; readonly atLeast: number }): PageOf<string>;
  records(ask: PageAsk & { readonly entity?: EntityName }): PageOf<RecordState>;
  conflicts(
    ask: PageAsk & { readonly state?: ConflictState; readonly entity?: EntityName; readonly record?: RecordId },
  ): PageOf<ConflictRow>;
  failures(ask: PageAsk): PageOf<FailureRow>;
  acts(ask: PageAsk & { readonly record?: RecordId }): PageOf<OperatorAct>;
}

/** `now` answers a record's latest state, where the journal tells more of it than its table. */
export function prepareLists(db: Database, file: string, now: (id: RecordId) => RecordState | undefined): Lists {
  return {
    ...prepareKeyed(db, file, now),
    deliveries: prepareDeliveries(db),
    queued: prepareQueued(db),
    conflicts: prepareConflicts(db, file),
    ...prepareMarkLists(db),
    ...prepareJournals(db, file),
  };
}

/** Lists in the order of a key. */
function prepareKeyed(db: Database, file: string, now: (id: RecordId) => RecordState | undefined): Pick<Lists, 'links' | 'records'> {
  type LinkStored = { readonly key: Key; readonly record: RecordId };
  const links = db.prepare<[string, string, string, number], LinkStored>(
    'SELECT key, record FROM links WHERE system = ? AND entity = ? AND key > ? ORDER BY key LIMIT ?',
  );
  const records = filtered<RecordRow>(db, 'SELECT id, number, state FROM records', 'id > ?', 'id');
  return {
    links: (system, entity, ask) => {
      const limit = limitOf(ask);
      return pageOf(links.all(system, entity, ask.after ?? '', limit + 1), limit, same, (row) => row.key);
    },
    records: (ask) => {
      const limit = limitOf(ask);
      const rows = records({ entity: ask.entity }, [ask.after ?? ''], limit + 1);
      return pageOf(
        rows,
        limit,
        (row) => now(row.id) ?? toRecord(file, row),
        (row) => row.id,
      );
    },
  };
}

function prepareMarkLists(db: Database): Pick<Lists, 'marked' | 'marks'> {
  const marked = db
    .prepare<[string, string, string, number], RecordId>(
      'SELECT record FROM marks WHERE entity = ? AND mark = ? AND record > ? ORDER BY record LIMIT ?',
    )
    .pluck();
  // The first mark that does not begin so comes behind all that do: nothing that is stored sorts behind the last code point.
  const marks = db
    .prepare<[string, string, string, string, number, number], string>(
      `SELECT mark FROM marks WHERE entity = ? AND mark >= ? AND mark > ? AND mark < ?
       GROUP BY mark HAVING count(*) >= ? ORDER BY mark LIMIT ?`,
    )
    .pluck();
  return {
    marked: (entity, mark, ask) => {
      const limit = limitOf(ask);
      return pageOf(marked.all(entity, mark, ask.after ?? '', limit + 1), limit, same, (id) => id);
    },
    marks: (entity, { prefix, atLeast, ...ask }) => {
      const limit = limitOf(ask);
      const rows = marks.all(entity, prefix, ask.after ?? '', `${prefix}\u{10FFFF}`, atLeast, limit + 1);
      return pageOf(rows, limit, same, (mark) => mark);
    },
  };
}

function prepareDeliveries(db: Database): Lists['deliveries'] {
  const list = filtered<DeliveryStored>(db, 'SELECT * FROM deliveries', '(due_at_ms, id) > (?, ?)', 'due_at_ms, id');
  // Its index is found only where the statement itself says so.
  const parked = filtered<DeliveryStored>(db, 'SELECT * FROM deliveries', `state = 'parked' AND (due_at_ms, id) > (?, ?)`, 'due_at_ms, id');
  return (ask) => {
    const limit = limitOf(ask);
    const { at, unique } = textMark(ask.after, { at: Number.MIN_SAFE_INTEGER, unique: '' });
    const filters = { system: ask.system, record: ask.record };
    const place = [at, unique] as const;
    const rows =
      ask.state === 'parked' ? parked(filters, place, limit + 1) : list({ state: ask.state ?? 'due', ...filters }, place, limit + 1);
    return pageOf(rows, limit, toDelivery, (row) => markText({ at: row.due_at_ms, unique: row.id }));
  };
}

/** In the order of the table's own key, so that it needs no index and no sorting, however long it is. */
function prepareQueued(db: Database): Lists['queued'] {
  const list = db.prepare<[string, string, string, number], DeliveryStored>(
    'SELECT * FROM deliveries WHERE record > ? AND system = ? AND entity = ? ORDER BY record LIMIT ?',
  );
  return (system, entity, ask) => {
    const limit = limitOf(ask);
    return pageOf(list.all(ask.after ?? '', system, entity, limit + 1), limit, toDelivery, (row) => row.record);
  };
}

function prepareConflicts(db: Database, file: string): Lists['conflicts'] {
  const list = filtered<ConflictStored>(db, 'SELECT * FROM conflicts', '(opened_at_ms, number) < (?, ?)', 'opened_at_ms DESC, number DESC');
  return (ask) => {
    const limit = limitOf(ask);
    const { at, unique } = pairMark(ask.after, { at: Number.MAX_SAFE_INTEGER, unique: 0 });
    const rows = list({ state: ask.state, entity: ask.entity, record: ask.record }, [at, unique], limit + 1);
    return pageOf(
      rows,
      limit,
      (row) => toConflict(file, row),
      (row) => markText({ at: row.opened_at_ms, unique: row.number }),
    );
  };
}

/** Lists that only grow, latest first. */
function prepareJournals(db: Database, file: string): Pick<Lists, 'failures' | 'acts'> {
  type Line = { readonly number: number; readonly told: string };
  const failures = filtered<Line>(db, 'SELECT number, told FROM failures', 'number < ?', 'number DESC');
  const acts = filtered<Line>(db, 'SELECT number, told FROM operators', 'number < ?', 'number DESC');
  const page = <Item>(
    name: string,
    ask: PageAsk,
    list: (before: number, rows: number) => Line[],
    read: (text: string) => Item,
  ): PageOf<Item> => {
    const limit = limitOf(ask);
    const rows = list(numberMark(ask.after, Number.MAX_SAFE_INTEGER), limit + 1);
    return pageOf(
      rows,
      limit,
      (row) => undamaged(file, `${name} ${row.number}`, () => read(row.told)),
      (row) => String(row.number),
    );
  };
  return {
    failures: (ask) => page('failure', ask, (before, rows) => failures({}, [before], rows), readFailure),
    acts: (ask) => page('act', ask, (before, rows) => acts({ record: ask.record }, [before], rows), readAct),
  };
}

/** A list with filters by column. Each set of filters that is asked for is prepared once; the names of columns are ours, never the asker's. */
function filtered<Row>(db: Database, select: string, beyond: string, order: string) {
  const prepared = new Map<string, (values: readonly (string | number)[]) => Row[]>();
  return (filters: Readonly<Record<string, string | undefined>>, mark: readonly (string | number)[], rows: number): Row[] => {
    const asked = Object.entries(filters).flatMap(([column, value]) => (value === undefined ? [] : [{ column, value }]));
    const where = [...asked.map(({ column }) => `${column} = ?`), beyond].join(' AND ');
    const statement = prepared.get(where) ?? prepareList<Row>(db, `${select} WHERE ${where} ORDER BY ${order} LIMIT ?`);
    prepared.set(where, statement);
    return statement([...asked.map(({ value }) => value), ...mark, rows]);
  };
}

function prepareList<Row>(db: Database, sql: string): (values: readonly (string | number)[]) => Row[] {
  const statement = db.prepare<(string | number)[], Row>(sql);
  return (values) => statement.all(...values);
}

function same<Row>(row: Row): Row {
  return row;
}

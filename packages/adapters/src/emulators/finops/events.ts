import type { Json, JsonObject } from '@concord/core';
import { wholeSeconds } from '../wire/clock.ts';
import { GUID_EMPTY } from '../wire/guid.ts';
import type { HookRules } from '../wire/hooks.ts';
import { wordsOf } from '../wire/json.ts';
import type { Operation, Work } from '../wire/operation.ts';
import { contextMessage, date, entityOf, optionSet } from '../wire/remote-context.ts';
import type { ExecutionContext } from '../wire/remote-context.ts';
import type { ColumnSchema } from '../wire/schema.ts';
import { entityNameOf } from './errors.ts';
import { COMPANY } from './org.ts';
import type { Org, Stored, Table } from './org.ts';
import { DATE_EMPTY, TIME_EMPTY } from './values.ts';

/** Three more tries, a second apart. */
export const EVENT_RULES: HookRules = { timeoutMs: 60_000, attemptsMax: 4, waitMs: 1_000, retries: () => true };

/** Virtual tables number the members of an enumeration from here. */
const OPTION_FIRST = 200_000_000;
const BYTES_MAX = 256 * 1_024;

export interface Happening {
  readonly table: Table;
  readonly message: 'OnExternalCreated' | 'OnExternalUpdated' | 'OnExternalDeleted';
  readonly before?: Stored;
  readonly after?: Stored;
  readonly changed: JsonObject;
  readonly operation: Operation;
}

/** Has data events and business events sent, once the write is certain. */
export function raise(org: Org, happening: Happening, work: Work): void {
  if (org.services.hooks.list().length === 0) return;
  const { table, message } = happening;
  const context = contextOf(org, happening);
  work.after.push(() => {
    org.services.hooks.send({
      set: table.schema.set,
      message,
      kind: 'data',
      render: (oversize) => contextMessage(context, BYTES_MAX, oversize),
    });
    for (const event of businessEvents(org, happening))
      org.services.hooks.send({
        set: table.schema.set,
        message: event.id,
        kind: 'business',
        render: () => ({ headers: {}, body: event.body }),
      });
  });
}

function contextOf(org: Org, { table, message, before, after, operation }: Happening): ExecutionContext {
  const name = `mserp_${entityNameOf(table.schema).toLowerCase()}`;
  const stored = after ?? before;
  const id = stored === undefined ? GUID_EMPTY : virtualId(table.schema.tableId ?? 0, stored.recId);
  const image = (key: string, one: Stored | undefined) =>
    one === undefined ? [] : [{ key, value: entityOf(name, id, attributes(table, one.row)) }];
  return {
    operation,
    message,
    entity: name,
    // The row is named by its attributes alone.
    id: GUID_EMPTY,
    request: org.services.chance.guid(),
    atMs: org.services.clock.now(),
    inputs: [...image('Target', stored), ...image('PreImage', before)],
    pre: [],
    post: [],
  };
}

/** The table's number, then the record's number with its lowest byte first. */
export function virtualId(tableId: number, recId: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(recId));
  const hex = bytes.toString('hex');
  return `${tableId.toString(16).padStart(8, '0')}-0000-0000-${hex.slice(0, 4)}-${hex.slice(4)}`;
}

function attributes(table: Table, row: JsonObject) {
  return [...table.columns.values()].flatMap((column) => {
    const value = attribute(column, row[column.name]);
    return value === undefined ? [] : [{ key: `mserp_${column.name.toLowerCase()}`, value }];
  });
}

/** Dates that are not set are left out. */
function attribute(column: ColumnSchema, value: Json | undefined): Json | undefined {
  if (value === undefined || value === DATE_EMPTY || value === TIME_EMPTY) return undefined;
  if (column.type === 'date' || column.type === 'datetime') return date(wordsOf(value));
  if (column.type === 'yesno') return optionSet(OPTION_FIRST + (value === 'Yes' ? 1 : 0));
  if (column.type === 'enum') return optionSet(OPTION_FIRST + (column.options?.find((option) => option.label === value)?.value ?? 0));
  return value;
}

function businessEvents(org: Org, { table, before, after, operation }: Happening) {
  if (after === undefined) return [];
  const raised = (table.schema.businessEvents ?? []).filter(({ column, is }) => after.row[column] === is && before?.row[column] !== is);
  return raised.map((event) => ({ id: event.id, body: businessBody(org, event, after, operation) }));
}

function businessBody(
  org: Org,
  event: { readonly id: string; readonly fields: Readonly<Record<string, string>> },
  stored: Stored,
  operation: Operation,
): string {
  const now = org.services.clock.now();
  const company = wordsOf(stored.row[COMPANY]).toUpperCase();
  // Other events take numbers too, so there are gaps.
  org.controlNumber += 1 + Math.floor(org.services.chance.next() * 9);
  const fields = Object.entries(event.fields).map(([name, column]) => [name, stored.row[column] ?? ''] as const);
  return JSON.stringify({
    BusinessEventId: event.id,
    BusinessEventLegalEntity: company,
    ContextRecordSubject: '',
    ControlNumber: org.controlNumber,
    EventId: org.services.chance.guid().toUpperCase(),
    EventTime: `/Date(${now})/`,
    EventTimeIso8601: `${wholeSeconds(now).slice(0, 19)}.0000000Z`,
    InitiatingUserAADObjectId: `{${operation.principal.user.toUpperCase()}}`,
    MajorVersion: 0,
    MinorVersion: 0,
    ParentContextRecordSubjects: [],
    LegalEntity: company,
    ...Object.fromEntries(fields),
  });
}

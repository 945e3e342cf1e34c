import type { Json, JsonObject } from '@concord/core';
import { GUID_EMPTY } from '../wire/guid.ts';
import type { HookRules } from '../wire/hooks.ts';
import { wordsOf } from '../wire/json.ts';
import type { Operation, Work } from '../wire/operation.ts';
import { contextMessage, date, entityOf, money, optionSet, reference } from '../wire/remote-context.ts';
import type { ExecutionContext } from '../wire/remote-context.ts';
import type { ColumnSchema } from '../wire/schema.ts';
import type { Org, Stored, Table } from './org.ts';
import { targetOf } from './render.ts';

/** A minute for an answer, and one more try when the receiver says that it cannot now. */
export const WEBHOOK_RULES: HookRules = {
  timeoutMs: 60_000,
  attemptsMax: 2,
  waitMs: 50,
  retries: (status) => status === 502 || status === 503 || status === 504,
};

export interface Happening {
  readonly table: Table;
  readonly message: 'Create' | 'Update' | 'Delete';
  readonly before?: Stored;
  readonly after?: Stored;
  /** What the request set, by the names in JSON. */
  readonly changed: JsonObject;
  readonly operation: Operation;
}

/** Has the hooks told, once the write is certain. */
export function raise(org: Org, happening: Happening, work: Work): void {
  if (org.services.hooks.list().length === 0) return;
  const { table, message } = happening;
  const context = contextOf(org, happening);
  const render = (oversize: boolean) => contextMessage(context, org.settings.hookBytesMax, oversize);
  work.after.push(() => org.services.hooks.send({ set: table.schema.set, message, kind: 'data', render }));
}

function contextOf(org: Org, { table, message, before, after, changed, operation }: Happening): ExecutionContext {
  const id = after?.id ?? before?.id ?? GUID_EMPTY;
  const { name } = table.schema;
  const image = (row: JsonObject): JsonObject => entityOf(name, id, attributes(org, table, row));
  return {
    operation,
    message,
    entity: name,
    id,
    request: org.services.chance.guid(),
    atMs: org.services.clock.now(),
    inputs: [{ key: 'Target', value: message === 'Delete' ? reference(name, id) : image(changed) }],
    pre: before === undefined ? [] : [{ key: 'PreImage', value: image(before.row) }],
    post: after === undefined ? [] : [{ key: 'PostImage', value: image(after.row) }],
  };
}

function attributes(org: Org, table: Table, values: JsonObject) {
  return [...table.properties].flatMap(([name, column]) =>
    name in values ? [{ key: column.name, value: attribute(org, column, values[name] ?? null) }] : [],
  );
}

function attribute(org: Org, column: ColumnSchema, value: Json): Json {
  if (value === null) return null;
  switch (column.type) {
    case 'money':
      return money(value);
    case 'choice':
      return optionSet(Number(value));
    case 'choices':
      return wordsOf(value)
        .split(',')
        .map((member) => optionSet(Number(member)));
    case 'lookup':
      return reference(targetOf(org, column, value)?.table.schema.name ?? 'systemuser', wordsOf(value));
    case 'date':
    case 'datetime':
      return date(wordsOf(value));
    default:
      return value;
  }
}

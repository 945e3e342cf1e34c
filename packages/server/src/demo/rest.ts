import { Type, type Static, type TSchema } from 'typebox';
import { Value } from 'typebox/value';

const scalar = Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]);
const values = Type.Record(Type.String(), scalar);
const edit = Type.Object({ system: Type.String(), by: Type.Optional(Type.String()), values, before: Type.Optional(values) });
const resolution = Type.Object({
  fields: Type.Array(Type.String()),
  code: Type.String(),
  state: Type.String(),
  rule: Type.String(),
  reason: Type.String(),
  values: Type.Optional(values),
  sides: Type.Array(edit),
  losers: Type.Array(edit),
});
const change = Type.Object({
  version: Type.Number(),
  system: Type.String(),
  by: Type.Optional(Type.String()),
  note: Type.Optional(Type.String()),
  edits: Type.Array(edit),
  resolutions: Type.Array(resolution),
});
const conflict = Type.Intersect([resolution, Type.Object({ id: Type.String(), record: Type.String() })]);
const record = Type.Object({ id: Type.String(), state: scalar, versions: Type.Number(), values });
const health = Type.Object({
  status: Type.String(),
  ledger: Type.Object({ records: Type.Number(), changes: Type.Number(), held: Type.Number(), due: Type.Number(), parked: Type.Number() }),
  maps: Type.Array(
    Type.Object({ system: Type.String(), entity: Type.String(), state: Type.String(), words: Type.Optional(Type.String()) }),
  ),
});

export type Told = Static<typeof scalar>;
export type EditTold = Static<typeof edit>;
export type ResolutionTold = Static<typeof resolution>;
export type ChangeTold = Static<typeof change>;
export type ConflictTold = Static<typeof conflict>;
export type RecordTold = Static<typeof record>;
export type HealthTold = Static<typeof health>;

/** A page of history is longer than any record of the demo gets. */
const ROWS_MAX = 500;

/** The sidecar's REST API, as any client would use it. Throws when an answer is not what the API promises. */
export interface Rest {
  readonly url: string;
  readonly key: string;
  health(): Promise<HealthTold>;
  /** The record that a system's key leads to. */
  record(system: string, entity: string, key: string): Promise<RecordTold>;
  history(id: string): Promise<readonly ChangeTold[]>;
  conflicts(state: 'held' | 'settled' | 'resolved', id?: string): Promise<readonly ConflictTold[]>;
  resolve(conflict: string, ruling: { readonly side: string; readonly by: string; readonly note: string }): Promise<ConflictTold>;
}

export function restAt(url: string, key: string): Rest {
  const authorization = `Bearer ${key}`;
  const get = <Schema extends TSchema>(schema: Schema, path: string) => ask(schema, `${url}${path}`, { headers: { authorization } });
  const list = async <Schema extends TSchema>(item: Schema, path: string) =>
    (await get(Type.Object({ items: Type.Array(item) }), path)).items;
  return {
    url,
    key,
    health: () => get(health, '/healthz'),
    async record(system, entity, rowKey) {
      const [found] = await list(record, `/v1/records?${new URLSearchParams({ system, entity, key: rowKey }).toString()}`);
      if (!found) throw new Error(`No record is linked with ${entity} ${rowKey} of ${system}.`);
      return found;
    },
    history: (id) => list(change, `/v1/records/${id}/history?limit=${ROWS_MAX}`),
    conflicts: (state, id) => list(conflict, `/v1/conflicts?state=${state}&limit=${ROWS_MAX}${id === undefined ? '' : `&record=${id}`}`),
    resolve: (id, ruling) =>
      ask(conflict, `${url}/v1/conflicts/${id}/resolve`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify(ruling),
      }),
  };
}

async function ask<Schema extends TSchema>(schema: Schema, url: string, init: RequestInit): Promise<Static<Schema>> {
  const answer = await fetch(url, init);
  const body: unknown = await answer.json();
  if (answer.ok && Value.Check(schema, body)) return body;
  throw new Error(`${init.method ?? 'GET'} ${url} answered ${answer.status}: ${JSON.stringify(body).slice(0, 300)}`);
}

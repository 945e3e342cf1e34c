import { changesOf, isSetAside, LIFE, must, openTimes, registersIn, type ChangeRow, type RecordState, type Scalar } from '@concord/core';
import { Type } from 'typebox';
import type { App, Rooms } from '../app.ts';
import { fieldsIn, instantOf, valuesOf } from '../views/values.ts';
import { recordFor, systemIn } from './find.ts';
import { instantIn } from './instant.ts';
import { steadily } from './steadily.ts';
import { knownAsked, oneOf, versionAsked, versionsOf } from './versions.ts';

const params = Type.Object({ id: Type.String({ maxLength: 100 }), system: Type.String({ maxLength: 100 }) });
const query = Type.Object({ at: Type.Optional(versionAsked), knownAt: Type.Optional(knownAsked) }, { additionalProperties: false });

/** A record as one system sees it. */
export function viewRoutes(app: App, { ledger, tables, systems }: Rooms): void {
  app.get('/v1/records/:id/views/:system', { config: { scoped: true }, schema: { params, querystring: query } }, async (request) => {
    const { id, system: name } = request.params;
    const record = await recordFor(ledger, request, id);
    const system = systemIn({ systems }, name);
    const fields = (register: string) => fieldsIn(tables.get(record.entity), register);
    const { at: words, knownAt } = request.query;
    if (words === undefined && knownAt === undefined) return { system, version: record.seq, fields: nowIn(record, system, fields) };

    const [at] = await versionsOf({ ledger, tables }, record, [oneOf({ at: words, knownAt })], (hash) => app.shown.hash(request, hash));
    const found = must(at, 'one for each that was asked');
    const byMs = words === undefined ? undefined : instantIn(words);
    const told = await steadily(async () => {
      const edits = new Map<string, Told>();
      const times = openTimes();
      for await (const change of changesOf(ledger, record.id)) {
        if (byMs === undefined && change.seq > found.seq) break;
        const happened = change.edits.filter((edit) => byMs === undefined || times.of(edit) <= byMs);
        if (change.system === system) noteEdits({ ...change, edits: happened }, fields, edits);
      }
      return edits;
    });
    const { [LIFE]: _life, ...values } = found.values;
    return {
      system,
      version: found.seq,
      fields: Object.entries(values).map(([field, merged]) => ({ field, merged, ...(told.has(field) ? { told: told.get(field) } : {}) })),
    };
  });
}

interface Told {
  readonly value: Scalar;
  readonly version: number;
  readonly at: string;
}

/** What a system is known to hold, and whether it has seen what is merged. */
function nowIn(record: RecordState, system: string, fieldsOf: (register: string) => readonly string[]) {
  return Object.entries(registersIn(record))
    .filter(([name]) => name !== LIFE && !isSetAside(name))
    .flatMap(([name, { value, shadows, ops }]) => {
      const shadow = shadows[system];
      const [merged, held] = [valuesOf(fieldsOf(name), value), valuesOf(fieldsOf(name), shadow?.value)];
      return Object.entries(merged).map(([field, one]) => ({
        field,
        merged: one,
        ...(shadow ? { holds: held[field] ?? null } : {}),
        hasSeen: shadow !== undefined && ops.every((op) => shadow.ops.includes(op)),
      }));
    });
}

function noteEdits(
  { seq: version, stamp, edits }: ChangeRow,
  fieldsOf: (register: string) => readonly string[],
  told: Map<string, Told>,
): void {
  for (const { register, value } of edits) {
    for (const [field, one] of Object.entries(valuesOf(fieldsOf(register), value)))
      told.set(field, { value: one, version, at: instantOf(stamp) });
  }
}

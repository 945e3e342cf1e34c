import { ConcordError, LIFE, type RecordState, type Table } from '@concord/core';
import { Type } from 'typebox';
import type { App, Rooms } from '../app.ts';
import { tellRecord } from '../views/record.ts';
import { fieldsIn } from '../views/values.ts';
import { valueIn } from './choices.ts';
import { ifMatch, refusedAsItIs, seenBy, tagged } from './etag.ts';
import { recordFor, systemIn } from './find.ts';
import { person, personAlone } from './person.ts';

export const field = Type.Object({ id: Type.String({ maxLength: 100 }), field: Type.String({ maxLength: 100 }) });
const link = Type.Object({ id: Type.String({ maxLength: 100 }), system: Type.String({ maxLength: 100 }) });
const past = Type.Object(
  { version: Type.Integer({ minimum: 1, description: 'The version of the record in which it was set' }), ...person },
  { additionalProperties: false },
);

export const resolving = { needs: 'resolver' as const, scoped: true, speaks: true };

/** What people do to a record beside its conflicts. */
export function actRoutes(app: App, { engine, ledger, tables, systems }: Rooms): void {
  const tell = (record: RecordState) => tellRecord(tables.get(record.entity), record);

  app.post(
    '/v1/records/:id/fields/:field/restore',
    { config: resolving, schema: { params: field, headers: ifMatch, body: past } },
    async (request, reply) => {
      const { params, body } = request;
      const { version, ...rest } = body;
      const { id, entity } = await recordFor(ledger, request, params.id);
      const register = registerOf(tables.get(entity), entity, params.field);
      const value = await valueIn(ledger, { record: id, register, fields: fieldsIn(tables.get(entity), register) }, version);
      const isSeen = seenBy(request);
      const asSeen = isSeen ? { isAsSeen: (now: RecordState) => isSeen(tell(now)) } : {};
      const answer = await engine.restore({ record: id, register, value, ...rest, ...asSeen });
      if (answer.kind === 'moved')
        return refusedAsItIs(reply, new ConcordError('RECORD_MOVED', { record: id }), tell(await recordFor(ledger, request, id)));
      if (answer.kind === 'refused') throw new ConcordError('RECORD_REFUSED', { record: id, words: answer.words });
      return tagged(reply, tell(await recordFor(ledger, request, id)));
    },
  );

  for (const act of ['unlink', 'relink'] as const)
    app.post(
      `/v1/records/:id/systems/:system/${act}`,
      { config: { needs: 'operator', scoped: true, speaks: true }, schema: { params: link, body: personAlone } },
      async (request, reply) => {
        const { params, body } = request;
        const { id } = await recordFor(ledger, request, params.id);
        const system = systemIn({ systems }, params.system);
        const answer = await engine.link({ record: id, system, act, ...body });
        if (answer.kind === 'refused') throw new ConcordError('RECORD_REFUSED', { record: id, words: answer.words });
        return tagged(reply, tell(await recordFor(ledger, request, id)));
      },
    );
}

/** What is merged together is restored together. Throws FIELD_UNKNOWN. */
export function registerOf(table: Table | undefined, entity: string, name: string): string {
  if (name === LIFE) return LIFE;
  const register = [...(table?.registers.values() ?? [])].find(({ fields }) => fields.includes(name));
  if (!register) throw new ConcordError('FIELD_UNKNOWN', { entity, field: name });
  return register.name;
}

import { ConcordError, LIFE, systemId, type RecordState, type Table } from '@concord/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { App, Rooms } from '../app.ts';
import { problemOf } from '../problem.ts';
import { tellRecord } from '../views/record.ts';
import { fieldsIn } from '../views/values.ts';
import { valueIn } from './choices.ts';
import { etagOf, ifMatch, seenBy, tagged } from './etag.ts';
import { recordFor } from './find.ts';
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
  const told = async (request: FastifyRequest, reply: FastifyReply, id: string) =>
    tagged(reply, tell(await recordFor(ledger, request, id)));

  async function moved(request: FastifyRequest, reply: FastifyReply, id: string) {
    const current = tell(await recordFor(ledger, request, id));
    const problem = problemOf(new ConcordError('RECORD_MOVED', { record: id }));
    const headers = { 'content-type': 'application/problem+json', etag: etagOf(reply.server.shown(request, current)) };
    return reply
      .status(problem.status)
      .headers(headers)
      .send({ ...problem, current });
  }

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
      if (answer.kind === 'moved') return moved(request, reply, id);
      if (answer.kind === 'refused') throw new ConcordError('RECORD_REFUSED', { record: id, words: answer.words });
      return told(request, reply, id);
    },
  );

  for (const act of ['unlink', 'relink'] as const)
    app.post(
      `/v1/records/:id/systems/:system/${act}`,
      { config: { needs: 'operator', scoped: true, speaks: true }, schema: { params: link, body: personAlone } },
      async (request, reply) => {
        const { params, body } = request;
        const { id } = await recordFor(ledger, request, params.id);
        const system = systemId(params.system);
        if (!systems.includes(system)) throw new ConcordError('SYSTEM_UNKNOWN', { system, systems: systems.join(', ') });
        const answer = await engine.link({ record: id, system, act, ...body });
        if (answer.kind === 'refused') throw new ConcordError('RECORD_REFUSED', { record: id, words: answer.words });
        return told(request, reply, id);
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

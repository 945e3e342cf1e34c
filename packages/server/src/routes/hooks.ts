import { ConcordError, systemId } from '@concord/core';
import { Type } from 'typebox';
import type { App, Rooms } from '../app.ts';
import { jsonOf } from './json.ts';

const HOOK_BYTES_MAX = 524_288;

/** Inbound hooks are hints: they are answered at once, nothing in them is believed, and the rows that they point at are read. */
export function hookRoutes(app: App, { engine, systems }: Rooms): void {
  app.post(
    '/hooks/:system',
    { bodyLimit: HOOK_BYTES_MAX, schema: { params: Type.Object({ system: Type.String() }) } },
    async (request, reply) => {
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      const taken = engine.hint(systemId(request.params.system), jsonOf(request.body), headers);
      if (taken === undefined) throw new ConcordError('SYSTEM_UNKNOWN', { system: request.params.system, systems: systems.join(', ') });
      return reply.status(202).send({ hints: taken });
    },
  );
}

import { ConcordError, systemId, type Json } from '@concord/core';
import { Type } from 'typebox';
import { isDeep } from '../access/bodies.ts';
import { checkHook } from '../access/hook-gate.ts';
import { openReplays } from '../access/signature.ts';
import { typed, type App, type Rooms } from '../app.ts';
import { clock } from '../surroundings.ts';
import { jsonOf } from './json.ts';

const HOOK_BYTES_MAX = 524_288;

/**
 * Inbound hooks are hints: they are answered at once, nothing in them is believed, and the rows that they point at are read. A system that
 * is told "bad request" would drop the message for good, so a body that cannot be understood is a hint too: at everything.
 */
export function hookRoutes(app: App, { engine, systems, hookSecrets }: Rooms): void {
  const replays = openReplays(clock.nowMs);
  void app.register(async (instance) => {
    instance.removeAllContentTypeParsers();
    instance.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: HOOK_BYTES_MAX }, (_request, body, done) => done(null, body));
    const options = {
      config: { needs: 'nobody' as const, counted: 'hooks' as const },
      schema: { params: Type.Object({ system: Type.String() }) },
    };
    typed(instance).post('/hooks/:system', options, async (request, reply) => {
      const { system } = request.params;
      // A name that every object has is no system's.
      const secret = Object.hasOwn(hookSecrets, system) ? hookSecrets[system] : undefined;
      // What is signed is the bytes: they are read only once it is known who wrote them.
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const id = checkHook(request, system, { secret, body, nowMs: clock.nowMs() });
      // Whoever got no answer sends it again, and means the same.
      if (id !== undefined && !replays.take(system, id)) return reply.status(202).send({ hints: 0 });
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      const taken = engine.hint(systemId(system), parsed(body.toString()), headers);
      if (taken === undefined) throw new ConcordError('SYSTEM_UNKNOWN', { system, systems: systems.join(', ') });
      return reply.status(202).send({ hints: taken });
    });
  });
}

function parsed(body: string): Json {
  if (isDeep(body)) return null;
  try {
    return jsonOf(JSON.parse(body));
  } catch {
    return null;
  }
}

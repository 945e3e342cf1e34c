import { ConcordError, entityName, pagesOf, systemId, type Ledger, type PauseAsk, type PullerStatus } from '@concord/core';
import { Type } from 'typebox';
import { maySee } from '../access/gate.ts';
import type { App, Rooms } from '../app.ts';
import { clock } from '../surroundings.ts';
import { tellMap, type Backlog } from '../views/map.ts';
import { acting, person, personAlone } from './person.ts';

const one = Type.Object({ entity: Type.String({ maxLength: 100 }), system: Type.String({ maxLength: 100 }) });
const decision = Type.Object(
  {
    /** `pass`: it is as it should be. `refuse`: it is undone. */
    decision: Type.Union([Type.Literal('pass'), Type.Literal('refuse')]),
    ...person,
  },
  { additionalProperties: false },
);

const ACTS = ['pause', 'resume', 'stop', 'start'] as const;

/** So many writes of a map are counted in each state; more are told as so many. */
const COUNTED_MAX = 10_000;
const PAGE = 500;

export function mapRoutes(app: App, { engine, ledger }: Rooms): void {
  app.get('/v1/maps', { config: { scoped: true } }, async (request) => {
    const maps = engine.status().maps.filter(({ entity }) => maySee(request, entity));
    return { items: await Promise.all(maps.map((map) => tell(ledger, map))) };
  });

  async function find(entity: string, system: string) {
    const map = engine.status().maps.find((each) => each.entity === entityName(entity) && each.system === systemId(system));
    if (!map) throw new ConcordError('MAP_UNKNOWN', { entity, system });
    return map;
  }

  /** One that is so already is told as it is: whoever asks twice means the same. */
  async function set(entity: string, system: string, ask: PauseAsk) {
    const { pause } = await find(entity, system);
    if (ask.act === 'resume' && pause?.kind === 'off') throw new ConcordError('MAP_OFF', { entity, system });
    await engine.pause(systemId(system), entityName(entity), ask);
    return tell(ledger, await find(entity, system));
  }

  for (const act of ACTS)
    app.post(`/v1/maps/:entity/:system/${act}`, { config: acting, schema: { params: one, body: personAlone } }, ({ params, body }) =>
      set(params.entity, params.system, { act, ...body }),
    );

  app.post(
    '/v1/maps/:entity/:system/guard',
    { config: acting, schema: { params: one, body: decision } },
    async ({ params, body }, reply) => {
      const { entity, system } = params;
      const { note, ...rest } = body;
      const answer = await engine.guard(systemId(system), entityName(entity), { ...rest, ...(note === undefined ? {} : { note }) });
      if (answer === 'unknown') throw new ConcordError('MAP_UNKNOWN', { entity, system });
      if (answer === 'idle') throw new ConcordError('GUARD_IDLE', { entity, system });
      void reply.status(202);
      return { decision: body.decision };
    },
  );
}

async function tell(ledger: Ledger, map: PullerStatus) {
  return tellMap(map, await backlogOf(ledger, map), clock.nowMs());
}

async function backlogOf(ledger: Ledger, { system, entity }: PullerStatus): Promise<Backlog> {
  const counts = { due: 0, waiting: 0, parked: 0 };
  let oldestMs: number | undefined;
  for (const state of ['due', 'waiting', 'parked'] as const) {
    for await (const rows of pagesOf(PAGE, (ask) => ledger.deliveries({ ...ask, state, system }))) {
      const own = rows.filter((row) => row.entity === entity);
      counts[state] += own.length;
      if (state !== 'parked')
        for (const { sinceMs, dueAtMs } of own) oldestMs = Math.min(oldestMs ?? Number.POSITIVE_INFINITY, sinceMs ?? dueAtMs);
      if (counts[state] >= COUNTED_MAX) break;
    }
  }
  return { ...counts, ...(oldestMs === undefined ? {} : { oldestMs }) };
}

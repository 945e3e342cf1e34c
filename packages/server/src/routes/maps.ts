import {
  ConcordError,
  entityName,
  must,
  pagesOf,
  systemId,
  type Ledger,
  type PauseAsk,
  type PullerStatus,
  type SystemId,
} from '@concord/core';
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
    return { items: await tellAll(ledger, maps) };
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

/** Maps as they are. The queue of a system is read once for all of its maps. */
async function tellAll(ledger: Ledger, maps: readonly PullerStatus[]) {
  const backlogs = new Map<PullerStatus, Backlog>();
  for (const system of new Set(maps.map((map) => map.system))) {
    const own = maps.filter((map) => map.system === system);
    for (const [map, backlog] of await backlogsOf(ledger, system, own)) backlogs.set(map, backlog);
  }
  return maps.map((map) => tellMap(map, must(backlogs.get(map), 'each map has a system'), clock.nowMs()));
}

async function tell(ledger: Ledger, map: PullerStatus) {
  const [told] = await tellAll(ledger, [map]);
  return must(told, 'one for each');
}

async function backlogsOf(ledger: Ledger, system: SystemId, maps: readonly PullerStatus[]): Promise<ReadonlyMap<PullerStatus, Backlog>> {
  const counted = new Map(maps.map((map) => [map.entity, { due: 0, waiting: 0, parked: 0, oldestMs: Number.POSITIVE_INFINITY }]));
  for (const state of ['due', 'waiting', 'parked'] as const) {
    for await (const rows of pagesOf(PAGE, (ask) => ledger.deliveries({ ...ask, state, system }))) {
      for (const { entity, sinceMs, dueAtMs } of rows) {
        const counts = counted.get(entity);
        if (!counts || counts[state] >= COUNTED_MAX) continue;
        counts[state] += 1;
        if (state !== 'parked') counts.oldestMs = Math.min(counts.oldestMs, sinceMs ?? dueAtMs);
      }
      if ([...counted.values()].every((counts) => counts[state] >= COUNTED_MAX)) break;
    }
  }
  return new Map(
    maps.map((map) => {
      const { oldestMs, ...counts } = must(counted.get(map.entity), 'counted for each');
      return [map, { ...counts, ...(oldestMs === Number.POSITIVE_INFINITY ? {} : { oldestMs }) }];
    }),
  );
}

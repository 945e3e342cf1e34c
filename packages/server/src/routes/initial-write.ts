import { entityName, pagesOf, type DeliveryRow, type InitialStatus, type Ledger } from '@concord/core';
import { Type } from 'typebox';
import type { App, Rooms } from '../app.ts';
import { entityUnknown } from '../entity-unknown.ts';
import { tellDelivery } from '../views/delivery.ts';
import { instantOf } from '../views/values.ts';
import { acting, personAlone } from './person.ts';

const one = Type.Object({ entity: Type.String({ maxLength: 100 }) });
const PAGE = 500;
/** So many errors are told with the progress; GET /v1/deliveries?state=parked lists all. */
const SHOWN = 20;
/** Further back it is not looked why something is parked: such a one counts as `refused`. */
const FAILURES_LOOKED_MAX = 20_000;

/** The first agreement of systems that all hold something already: how far it is, and its start. */
export function initialWriteRoutes(app: App, { engine, ledger, tables }: Rooms): void {
  async function told(entity: string) {
    const status = engine.initial(entityName(entity));
    if (!status) throw entityUnknown(entity, tables.keys());
    const aside = engine.aside().filter((row) => row.entity === entity);
    const { classes, errors, shown } = await errorsOf(ledger, entity);
    const records = await Promise.all(shown.map(({ record }) => ledger.record(record)));
    return {
      ...progressOf(status),
      errors: errors + aside.length,
      classes: { ...classes, ...(aside.length > 0 ? { unreadable: aside.length } : {}) },
      first: shown.map((row, index) => tellDelivery(tables.get(entity), records[index], row)),
    };
  }

  app.get('/v1/maps/:entity/initial-write', { schema: { params: one } }, ({ params }) => told(params.entity));

  app.post(
    '/v1/maps/:entity/initial-write',
    { config: acting, schema: { params: one, body: personAlone } },
    async ({ params, body }, reply) => {
      const answer = await engine.beginInitial(entityName(params.entity), body);
      if (answer === 'unknown') throw entityUnknown(params.entity, tables.keys());
      void reply.status(202);
      return answer === 'begun' ? { begun: true } : { begun: false, retried: answer.released, more: answer.more };
    },
  );
}

function progressOf({ begunAtMs, systems, ...told }: InitialStatus) {
  const remaining = systems.reduce((sum, side) => sum + side.remaining, 0);
  const perSecond = systems.reduce((sum, side) => sum + side.perSecond, 0);
  return {
    ...told,
    ...(begunAtMs === undefined ? {} : { begunAt: instantOf({ ms: begunAtMs }) }),
    systems,
    remaining,
    perSecond,
    ...(perSecond > 0 && told.state === 'writing' ? { secondsLeft: Math.ceil(remaining / perSecond) } : {}),
  };
}

/** What is parked of an entity, by what it was parked for. */
async function errorsOf(ledger: Ledger, entity: string) {
  const parked: DeliveryRow[] = [];
  for await (const rows of pagesOf(PAGE, (ask) => ledger.deliveries({ ...ask, state: 'parked' })))
    for (const row of rows) if (row.entity === entity) parked.push(row);
  const whys = await refusalsOf(ledger, parked);
  const classes: Record<string, number> = {};
  for (const row of parked) {
    const name = row.code ?? whys.get(placeOf(row)) ?? 'refused';
    classes[name] = (classes[name] ?? 0) + 1;
  }
  return { classes, errors: parked.length, shown: parked.slice(0, SHOWN) };
}

type Place = Pick<DeliveryRow, 'system'> & { readonly record?: DeliveryRow['record'] };

const placeOf = ({ record, system }: Place): string => `${record ?? ''} ${system}`;

/** Why a system refused each: what went wrong is kept in the order of time, and the last words count. */
async function refusalsOf(ledger: Ledger, parked: readonly DeliveryRow[]): Promise<ReadonlyMap<string, string>> {
  const wanted = new Set(parked.map(placeOf));
  const found = new Map<string, string>();
  let looked = 0;
  if (wanted.size === 0) return found;
  for await (const rows of pagesOf(PAGE, (ask) => ledger.failures(ask))) {
    for (const row of rows) {
      const why = /^([a-z-]+): /u.exec(row.words)?.[1];
      if (why !== undefined && wanted.has(placeOf(row)) && !found.has(placeOf(row))) found.set(placeOf(row), why);
    }
    looked += rows.length;
    if (found.size === wanted.size || looked >= FAILURES_LOOKED_MAX) break;
  }
  return found;
}

import { pagesOf, type DeliveryRow, type Engine, type EntityName, type InitialStatus, type Ledger, type Table } from '@concord/core';
import { tellDelivery } from './delivery.ts';
import { instantOf } from './values.ts';

const PAGE = 500;
/** So many errors are told with the progress; GET /v1/deliveries?state=parked lists all. */
const SHOWN = 20;
/** Further back it is not looked why something is parked: such a one counts as `refused`. */
const FAILURES_LOOKED_MAX = 20_000;

export interface InitialRooms {
  readonly engine: Pick<Engine, 'initial' | 'aside'>;
  readonly ledger: Pick<Ledger, 'deliveries' | 'failures' | 'record'>;
  readonly tables: ReadonlyMap<string, Table>;
}

export type InitialTold = NonNullable<Awaited<ReturnType<typeof tellInitial>>>;

/** How far the first agreement over an entity is, and what failed of it, by class. `undefined`: there is no such entity. */
export async function tellInitial({ engine, ledger, tables }: InitialRooms, entity: EntityName) {
  const status = engine.initial(entity);
  if (!status) return undefined;
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
async function errorsOf(ledger: InitialRooms['ledger'], entity: string) {
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
async function refusalsOf(ledger: InitialRooms['ledger'], parked: readonly DeliveryRow[]): Promise<ReadonlyMap<string, string>> {
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

import type { SystemId } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import type { Plan } from '../ports/plan.ts';
import { copyOfRecord } from '../record/copies.ts';
import type { RecordState } from '../record/record.ts';
import type { RowPlace } from '../record/relations.ts';
import { goneLink, part } from './bury.ts';
import { planDeliveries } from './deliveries.ts';
import { draftOf, linkOf, planOf, putLink, type Context } from './draft.ts';

/** Where a person said that a row of this system is not to be mirrored. */
export function leftIn(record: RecordState, system: SystemId): RowPlace | undefined {
  const link = record.links[system];
  if (link?.state !== 'unlinked' || link.key === undefined) return undefined;
  return record.relations?.passedOver?.find((place) => place.system === system && place.key === link.key);
}

/**
 * A person wants the record no longer mirrored in one system: nothing is written there, and nothing taken from there. The row stays, and its
 * key still leads here, so that it does not come back as a record of its own. `undefined`: it has no row there.
 */
export function unlink(record: RecordState, system: SystemId, table: Table, context: Context): Plan | undefined {
  const { state, key } = record.links[system] ?? {};
  if (state !== 'present' || key === undefined) return undefined;
  const draft = draftOf(record, table, context);
  const gone = goneLink(linkOf(draft, system), 'unlinked');
  putLink(draft, system, { ...gone, withheld: undefined });
  draft.deliveries.set(system, undefined);
  part(draft, system);
  planDeliveries(draft);
  const plan = planOf(draft);
  return withPlaces(plan, [...placesBut(plan.record, system), { system, key }]);
}

/** Its row is mirrored again; where it has none any more, one is made. `undefined`: a person never parted them. */
export function relink(record: RecordState, system: SystemId, table: Table, context: Context): Plan | undefined {
  const places = placesBut(record, system);
  if (places.length === (record.relations?.passedOver ?? []).length) return undefined;
  const draft = draftOf(record, table, context);
  const { state, key, heads, ownSeq } = linkOf(draft, system);
  if (state === 'unlinked') {
    if (key !== undefined) draft.unlinked.push({ system, key });
    putLink(draft, system, { state: 'absent', heads, ownSeq });
  }
  planDeliveries(draft);
  return withPlaces(planOf(draft), places);
}

function placesBut({ relations }: RecordState, system: SystemId): readonly RowPlace[] {
  return (relations?.passedOver ?? []).filter((place) => place.system !== system);
}

function withPlaces(plan: Plan, places: readonly RowPlace[]): Plan {
  const record = copyOfRecord(plan.record);
  const { passedOver: _before, ...relations } = record.relations ?? {};
  record.relations = places.length === 0 ? relations : { ...relations, passedOver: places };
  return { ...plan, record };
}

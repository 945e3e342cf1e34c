import { newsIn, NEWS_KEPT_MAX, type Commit, type Key, type Plan, type PlanAnswer, type RecordId } from '@concord/core';
import { linkPlace, place, type Store } from './store.ts';

/** Takes plans in order, each against what those before it left, then the rest of the commit. Nothing in here throws half-way. */
export function commitAll(store: Store, commit: Commit): readonly PlanAnswer[] {
  const answers = commit.plans.map((plan) => commitPlan(store, plan));
  for (const { system, entity, cursor, listed } of commit.cursors) store.cursors.set(place(system, entity), { cursor, listed });
  for (const { name, value } of commit.notes ?? []) {
    if (value === undefined) store.notes.delete(name);
    else store.notes.set(name, value);
  }
  store.failures.push(...commit.failures);
  store.acts.push(...commit.acts);
  return answers;
}

function commitPlan(store: Store, plan: Plan): PlanAnswer {
  const answer = judge(store, plan);
  if (answer.kind === 'committed') take(store, plan);
  return answer;
}

function judge(store: Store, plan: Plan): PlanAnswer {
  const { id, revision } = plan.record;
  const linkedBy = plan.linked
    .map(({ system, key }) => store.links.get(linkPlace(system, plan.record.entity))?.get(key))
    .find((holder) => holder !== undefined && holder !== id);
  if (linkedBy !== undefined) return { kind: 'taken', by: linkedBy };
  if ((store.records.get(id)?.revision ?? 0) !== revision - 1) return { kind: 'moved' };
  const identifiedBy = holderOfIdentity(store, plan);
  return identifiedBy !== undefined && identifiedBy !== id ? { kind: 'taken', by: identifiedBy } : { kind: 'committed' };
}

function holderOfIdentity(store: Store, { record }: Plan): RecordId | undefined {
  return record.identity === undefined ? undefined : store.identities.get(place(record.entity, record.identity));
}

function take(store: Store, plan: Plan): void {
  takeRecord(store, plan);
  takeLinks(store, plan);
  const { id } = plan.record;
  const history = store.changes.get(id);
  if (history) history.push(...plan.changes);
  else store.changes.set(id, [...plan.changes]);
  for (const row of plan.conflicts) {
    const number = store.conflicts.get(row.id)?.number ?? store.conflicts.size + 1;
    store.conflicts.set(row.id, { row, number });
  }
  for (const [system, row] of plan.deliveries) {
    if (row === undefined) store.deliveries.delete(place(id, system));
    else store.deliveries.set(place(id, system), row);
  }
  store.failures.push(...plan.failures);
  if (plan.act) store.acts.push(plan.act);
  for (const item of newsIn(plan)) store.news.push({ number: (store.news.at(-1)?.number ?? 0) + 1, ...item });
  if (store.news.length > 2 * NEWS_KEPT_MAX) store.news.splice(0, NEWS_KEPT_MAX);
}

function takeRecord(store: Store, { record }: Plan): void {
  const before = store.records.get(record.id);
  if (before?.identity !== undefined) store.identities.delete(place(before.entity, before.identity));
  if (record.identity !== undefined) store.identities.set(place(record.entity, record.identity), record.id);
  store.records.set(record.id, record);
  const marks = store.marks.get(record.entity) ?? new Map<string, Set<RecordId>>();
  store.marks.set(record.entity, marks);
  for (const mark of before?.relations?.marks ?? []) marks.get(mark)?.delete(record.id);
  for (const mark of record.relations?.marks ?? []) marks.set(mark, (marks.get(mark) ?? new Set()).add(record.id));
}

function takeLinks(store: Store, { record, linked, unlinked }: Plan): void {
  for (const { system, key } of unlinked) {
    const keys = store.links.get(linkPlace(system, record.entity));
    if (keys?.get(key) === record.id) keys.delete(key);
  }
  for (const { system, key } of linked) {
    const where = linkPlace(system, record.entity);
    const keys = store.links.get(where) ?? new Map<Key, RecordId>();
    store.links.set(where, keys.set(key, record.id));
  }
}

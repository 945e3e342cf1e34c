import { messageOf } from '../errors/message-of.ts';
import { brokeOf } from '../errors/broke.ts';
import type { ConflictId, EntityName, RecordId } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import type { UniqueRule } from '../map/relations.ts';
import { holdFor, reconsider } from '../merge/reconsider.ts';
import { CONCORD } from '../register/actors.ts';
import { LIFE, type RecordState } from '../record/record.ts';
import { waitsIn } from './awaited.ts';
import { tendChildren } from './children.ts';
import { join } from './folding.ts';
import { forkChore, tendFork } from './forks.ts';
import { canFold } from '../merge/fold.ts';
import type { Intake } from './intake.ts';
import { NotNow } from './not-now.ts';
import { birthOf, CHILDREN_LEFT, compareBirths, FORK_LEFT, KEPT, mayBeOne, others } from './kin.ts';
import { namesOf, speaksAgainst } from './matching.ts';
import { backoffMs } from './pace.ts';
import type { Parts, Stop } from './parts.ts';
import { ask, relate, whetherOne } from './questions.ts';
import { openBell } from './signal.ts';
import { must } from '../errors/must.ts';
import { pagesOf } from '../ports/paging.ts';

/** Something that a committed plan calls for in other records. All of it can be found again in the ledger. */
export type Chore =
  /** Several records may have one further key. */
  | { readonly kind: 'reunite'; readonly entity: EntityName; readonly mark: string }
  /** Several records may have one weak key, and nobody was asked. */
  | { readonly kind: 'review'; readonly entity: EntityName; readonly mark: string }
  /** A unique key was taken, or let go. */
  | { readonly kind: 'claimed' | 'freed'; readonly entity: EntityName; readonly mark: string }
  /** A record was deleted that others refer to. */
  | { readonly kind: 'children'; readonly entity: EntityName; readonly record: RecordId }
  /** Values lost in a conflict that become records of their own. */
  | { readonly kind: 'fork'; readonly entity: EntityName; readonly record: RecordId; readonly conflict: ConflictId }
  /** What others wait for may have come. */
  | { readonly kind: 'awaited'; readonly entity: EntityName; readonly mark: string }
  /** What kept a record from being deleted may be gone. */
  | { readonly kind: 'kept'; readonly entity: EntityName; readonly record: RecordId };

export interface Chores {
  put(chores: readonly Chore[]): void;
  /** Finds again what was left to do. */
  reload(): Promise<void>;
  run(stop: Stop): Promise<void>;
  readonly isIdle: boolean;
}

const PAGE = 500;

export function openChores(parts: Parts, intake: () => Intake): Chores {
  const { ledger, lanes, clock } = parts;
  const queue = new Map<string, Chore>();
  const bell = openBell();
  let failures = 0;
  let busy = false;

  function tableOf(entity: EntityName): Table {
    return must(parts.tables.get(entity), 'a record has a table map');
  }

  async function work(chore: Chore): Promise<void> {
    switch (chore.kind) {
      case 'reunite':
        return reunite(chore.entity, chore.mark);
      case 'review':
        return review(chore.entity, chore.mark);
      case 'claimed':
        return settleClaims(chore.entity, chore.mark);
      case 'freed':
        return passOn(chore.entity, chore.mark);
      case 'children':
        return tendChildren(parts, intake(), tableOf(chore.entity), chore.record);
      case 'fork':
        return tendFork(parts, intake(), tableOf(chore.entity), chore);
      case 'awaited':
        return lookAgain(chore.entity, chore.mark);
      case 'kept':
        return void (await lanes.run(chore.record, () =>
          intake().persist(chore.record, (record, context) => reconsider(record, [LIFE], tableOf(chore.entity), context)),
        ));
    }
  }

  /** Whoever waits under this mark is looked at again. */
  async function lookAgain(entity: EntityName, mark: string): Promise<void> {
    for await (const records of pagesOf(PAGE, (paging) => ledger.marked(entity, mark, paging)))
      for (const record of records) await parts.look(waitsIn(mark), entity, record);
  }

  /** Records with one key are one, unless a key that comes before tells them apart, or both have a row in one system. */
  async function reunite(entity: EntityName, mark: string): Promise<void> {
    const table = tableOf(entity);
    const index = table.relations.match.findIndex(({ name }) => mark.startsWith(`${name}:`));
    const all = await inOrderOfBirth(await others(ledger, entity, mark));
    const [first, ...rest] = all;
    if (!first || index < 0) return;
    const same = rest.filter((record) => isOne(table, index, first, record));
    const fit = same.every((record, at) => same.slice(at + 1).every((other) => canFold(record, other)));
    if (fit) for (const record of same) await join(parts, intake().governor, first.id, record.id);
    else await askWhichOne(table, mark, same);
  }

  /** Several rows of one system fit: nobody can tell which. */
  async function askWhichOne(table: Table, mark: string, same: readonly RecordState[]): Promise<void> {
    const last = same.at(-1);
    const rule = table.relations.match.find(({ name }) => mark.startsWith(`${name}:`));
    if (!last || !rule) return;
    const records = same.slice(0, -1).map(({ id }) => id);
    const reason = `${rule.fields.join(' and ')} are the same in several rows of one system, so none of them was joined`;
    const asking = { question: { kind: 'candidates' as const, records }, fields: rule.fields, code: 'C06' as const, rule: 'match', reason };
    await lanes.run(last.id, () =>
      intake().persist(last.id, (record) => ask(relate(record, record.relations ?? {}), asking, clock.nowMs())),
    );
  }

  /** Two that were born at the same time did not see each other. */
  async function review(entity: EntityName, mark: string): Promise<void> {
    const rule = tableOf(entity).relations.review.find(({ name }) => mark.startsWith(`${name}:`));
    const kin = await inOrderOfBirth(await others(ledger, entity, mark));
    for (const [index, record] of kin.entries()) {
      const records = kin
        .slice(0, index)
        .filter((other) => mayBeOne(record, other) && !isAsked(record, other))
        .map(({ id }) => id);
      if (!rule || records.length === 0) continue;
      const asking = whetherOne(rule, records.toSorted());
      await lanes.run(record.id, () => intake().persist(record.id, (now) => ask(relate(now, now.relations ?? {}), asking, clock.nowMs())));
    }
  }

  async function inOrderOfBirth(records: readonly RecordState[]): Promise<readonly RecordState[]> {
    const born = await Promise.all(records.map(async (record) => ({ record, id: record.id, stamp: await birthOf(ledger, record.id) })));
    return born.toSorted(compareBirths).map(({ record }) => record);
  }

  function ruleOf(entity: EntityName, mark: string): UniqueRule | undefined {
    return tableOf(entity).relations.unique.find(({ name }) => mark.startsWith(`${name}:`));
  }

  /** All but the oldest of those that have a key wait. */
  async function settleClaims(entity: EntityName, mark: string): Promise<void> {
    const rule = ruleOf(entity, mark);
    const [first, ...rest] = await inOrderOfBirth(await others(ledger, entity, mark));
    if (!rule || !first) return;
    const why = { code: 'C07' as const, rule: 'unique', reason: `${rule.fields.join(' and ')} belongs to the record ${first.id}` };
    for (const { id } of rest) {
      await lanes.run(id, () => intake().persist(id, (record, context) => holdFor(record, rule.registers, why, tableOf(entity), context)));
    }
  }

  /** A key is free: the oldest of those that wait for it gets it. */
  async function passOn(entity: EntityName, mark: string): Promise<void> {
    const rule = ruleOf(entity, mark);
    if (!rule) return;
    for (const { id } of await inOrderOfBirth(await others(ledger, entity, `wants:${mark}`))) {
      await lanes.run(id, () => intake().persist(id, (record, context) => reconsider(record, rule.registers, tableOf(entity), context)));
    }
  }

  async function eachMark(
    entity: EntityName,
    prefix: string,
    atLeast: number,
    take: (mark: string) => void | Promise<void>,
  ): Promise<void> {
    for await (const marks of pagesOf(PAGE, (paging) => ledger.marks(entity, { prefix, atLeast, ...paging })))
      for (const mark of marks) await take(mark);
  }

  async function eachMarked(entity: EntityName, mark: string, choreOf: (record: RecordId) => Chore): Promise<void> {
    for await (const records of pagesOf(PAGE, (paging) => ledger.marked(entity, mark, paging))) put(records.map(choreOf));
  }

  function put(chores: readonly Chore[]): void {
    for (const chore of chores) queue.set(JSON.stringify(chore), chore);
    if (chores.length > 0) bell.ring();
  }

  /** A defect of ours: it is shown, and tried again. */
  async function tell({ kind, entity }: Chore, cause: unknown): Promise<void> {
    const words = messageOf(cause);
    parts.log.event('chore failed', { kind, entity, ...brokeOf(cause) });
    const row = { atMs: clock.nowMs(), system: CONCORD, entity, code: 'DEFECT', words: `${kind}: ${words}` };
    await parts.committer.failure(row).catch(() => undefined);
  }

  async function next(stop: Stop): Promise<void> {
    const [first] = queue;
    if (!first) return clock.sleep(parts.limits.pollMs, [stop, bell]);
    const [name, chore] = first;
    queue.delete(name);
    busy = true;
    try {
      await work(chore);
      failures = 0;
    } catch (cause) {
      if (!(cause instanceof NotNow) && failures === 0) await tell(chore, cause);
      put([chore]);
      failures += 1;
      await clock.sleep(backoffMs(parts, failures), [stop]);
    } finally {
      busy = false;
    }
  }

  return {
    put,
    async reload() {
      for (const [entity, table] of parts.tables) {
        if (table.relations.match.length > 0) await eachMark(entity, 'match', 2, (mark) => put([{ kind: 'reunite', entity, mark }]));
        if (table.relations.review.length > 0) await eachMark(entity, 'review', 2, (mark) => put([{ kind: 'review', entity, mark }]));
        if (table.relations.unique.length > 0) {
          await eachMark(entity, 'unique', 2, (mark) => put([{ kind: 'claimed', entity, mark }]));
          await eachMark(entity, 'wants:', 1, (mark) => put([{ kind: 'freed', entity, mark: mark.slice('wants:'.length) }]));
        }
        if (table.relations.forks.size > 0)
          await eachMark(entity, FORK_LEFT, 1, (mark) => eachMarked(entity, mark, (record) => forkChore(entity, record, mark)));
        if (!parts.children.has(entity)) continue;
        await eachMarked(entity, CHILDREN_LEFT, (record) => ({ kind: 'children', entity, record }));
        await eachMarked(entity, KEPT, (record) => ({ kind: 'kept', entity, record }));
      }
    },
    async run(stop) {
      while (!stop.isStopped) {
        bell.take();
        await next(stop);
      }
    },
    get isIdle() {
      return queue.size === 0 && !busy;
    },
  };
}

function isOne(table: Table, index: number, first: RecordState, record: RecordState): boolean {
  return mayBeOne(first, record) && !speaksAgainst(table, index, record, namesOf(first));
}

function isAsked(a: RecordState, b: RecordState): boolean {
  const asks = (one: RecordState, other: RecordState): boolean =>
    (one.relations?.issues ?? []).some((issue) => issue.kind === 'candidates' && issue.records.includes(other.id));
  return asks(a, b) || asks(b, a);
}

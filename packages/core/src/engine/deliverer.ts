import { brokeOf } from '../errors/broke.ts';
import type { EntityName, RecordId } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import { settle, type Settled } from '../merge/settle.ts';
import type { DeliveryRow } from '../ports/plan.ts';
import type { Outcome, System, Write } from '../ports/system.ts';
import type { Attempt, RecordState } from '../record/record.ts';
import { composeWrite, translateOutcome, type Composed } from './delivery.ts';
import { NotNow, type Intake } from './intake.ts';
import { closesCircle, leaveOut, openQuestion, type Obstacle } from './obstacles.ts';
import { openFetcher } from './fetcher.ts';
import { openOutbox } from './outbox.ts';
import { isOfLedger } from './ledger-health.ts';
import type { Parts, Stop } from './parts.ts';
import { relate } from './questions.ts';
import { backoffMs, openPace, type Circuit } from './pace.ts';
import { openBell } from './signal.ts';
import { openBacklog } from './tally.ts';
import { openTries } from './tries.ts';
import { asideAttempt, rememberAside, turnOf, type Turn } from './turns.ts';
import { translated } from './matching.ts';
import { holdFor } from '../merge/reconsider.ts';
import { must } from '../errors/must.ts';

/** How long a delivery waits, at the most, before it is looked again whether it may go; what it waits for wakes it at once. */
const WAIT_MS = 2000;

/** A retry for which there is no budget waits so long. */
const RETRY_LATER_MS = 500;

/** So many records that others wait for are known; who waits for any other is looked at again when its time comes. */
const WAITED_FOR_MAX = 10_000;

type Aside = Extract<Turn, { readonly kind: 'aside' }>;
type Missing = Extract<Composed, { readonly kind: 'waits' }>;

export interface Deliverer {
  run(stop: Stop): Promise<void>;
  put(row: DeliveryRow): void;
  drop(entity: EntityName, record: RecordId): void;
  /** Lets go of what waits of an entity; the ledger keeps it. */
  dropAll(entity: EntityName): void;
  /** A record has come to exist somewhere: who waited for it is due. */
  wake(record: RecordId): void;
  /** An entity was opened. */
  nudge(): void;
  readonly waiting: number;
  /** Of this entity, those under way included. */
  waitingOf(entity: EntityName): number;
  readonly underWay: number;
  /** Why nothing is sent just now. */
  readonly paused: string | undefined;
  readonly circuit: Circuit;
  /** By entity, since when its oldest write is planned and not done; ms since 1970 UTC. What is parked counts no more. */
  readonly behind: ReadonlyMap<EntityName, number>;
}

export function openDeliverer(parts: Parts, intake: Intake, system: System, isOpen: (entity: EntityName) => boolean): Deliverer {
  const { clock, ledger, lanes, limits, reads } = parts;
  const outbox = openOutbox(limits.atHandMax);
  const pace = openPace(parts, system.id);
  const tries = openTries();
  const backlog = openBacklog();
  const bell = openBell();
  const waitsFor = new Map<RecordId, Set<RecordId>>();
  const sending = new Map<RecordId, EntityName>();
  const fetcher = openFetcher(parts, system.id, outbox, sending);
  let underWay = 0;

  /** What is planned meanwhile stays in the ledger alone, so that only the disk bounds it. */
  function isPaused({ entity }: DeliveryRow): boolean {
    return parts.pauseOf(system.id, entity) !== undefined;
  }

  /** The write of one record, from the link's plan to its end. Runs in the record's lane. */
  async function deliver(row: DeliveryRow): Promise<void> {
    if (isPaused(row)) return;
    const record = await ledger.record(row.record);
    const link = record?.links[system.id];
    if (!record || !link) return outbox.drop(row.entity, row.record);
    if (link.unread || (row.attempts > 0 && link.unconfirmed)) return readFirst(record, row);
    if (link.planned) await attempt(record, link.planned, row);
    else outbox.drop(row.entity, row.record);
  }

  /** What is not known must be read before anything is written again. */
  async function readFirst(record: RecordState, row: DeliveryRow): Promise<void> {
    const before = record.revision;
    await intake.reread(record, system);
    const now = await ledger.record(record.id);
    if (now?.links[system.id]?.planned && now.revision === before)
      await attempt(now, must(now.links[system.id]?.planned, 'just seen'), row);
    else if (now?.links[system.id]?.unread) await waitToRead(now, row);
  }

  /** A row refers to what is not mirrored: it is read again until it is, and told when that takes long. */
  async function waitToRead(record: RecordState, row: DeliveryRow): Promise<void> {
    const [first] = record.links[system.id]?.unread ?? [];
    const rule = [...(parts.tables.get(record.entity)?.relations.references.values() ?? [])].find(
      ({ register }) => register === first?.register,
    );
    const sinceMs = row.sinceMs ?? row.dueAtMs;
    const nowMs = clock.nowMs();
    const next = { ...row, sinceMs, dueAtMs: nowMs + WAIT_MS, attempts: row.attempts + 1 };
    if (!rule || nowMs - sinceMs < rule.waitMs || row.code === 'C08') return again(next, first?.text);
    const words = `${first?.register} refers to ${first?.entity} ${first?.text}, which is not mirrored`;
    const parked = { ...next, state: 'parked' as const, code: 'C08' as const, words };
    const failure = { atMs: nowMs, system: system.id, entity: record.entity, record: record.id, code: 'C08', words };
    await intake.persist(record.id, (now) =>
      relate(now, now.relations ?? {}, { deliveries: new Map([[system.id, parked]]), failures: [failure] }),
    );
  }

  async function attempt(record: RecordState, planned: Attempt, row: DeliveryRow): Promise<void> {
    const table = must(parts.tables.get(record.entity), 'a record has a table map');
    const question = await openQuestion(ledger, table, record, planned, system.id);
    if (question) return wait(record, planned, table, row, question);
    const turn = await turnOf(ledger, table, record, planned, system.id);
    if (turn.kind === 'after') return wait(record, planned, table, row, turn);
    if (turn.kind === 'aside') return stepAside(record, planned, table, row, turn);
    const composed = await composeWrite(ledger, record, planned, table, system);
    if (composed.kind === 'waits') return missing(record, planned, table, row, composed);
    if (composed.kind === 'not-representable') return end(record.id, planned, table, { kind: 'unfit', registers: composed.registers });
    if (composed.kind === 'write' && composed.write.kind === 'create') return make(record, planned, table, row, composed.write);
    const outcome = composed.kind === 'confirm' ? await confirm(record, planned) : await writeOut(record, planned, composed.write);
    await conclude(record, planned, table, row, outcome);
  }

  async function writeOut(record: RecordState, planned: Attempt, write: Write): Promise<Outcome> {
    const outcome = await system.write(parts.traces?.sending(record, planned, write) ?? write);
    reads.touch(record.id + system.id);
    parts.traces?.answered(record.id, outcome);
    return outcome;
  }

  /** A row can be gone again before its making was answered: what the feed said of a row that nobody knew may be said of this one. */
  async function make(record: RecordState, planned: Attempt, table: Table, row: DeliveryRow, write: Write): Promise<void> {
    const answered = parts.births.begin(system.id);
    try {
      const outcome = await writeOut(record, planned, write);
      const wasGone = (): boolean => outcome.kind === 'written' && parts.births.wasGone(system.id, record.entity, outcome.key);
      const read = wasGone() && outcome.kind === 'written' ? await system.read(record.entity, outcome.key) : undefined;
      const isSure = read === undefined || read.kind === 'row' || read.kind === 'missing';
      await conclude(
        record,
        planned,
        table,
        row,
        isSure ? outcome : { kind: 'unknown', words: 'whether the row is still there, nobody can tell' },
      );
      const now = isSure && wasGone() ? await ledger.record(record.id) : undefined;
      if (now) await intake.reread(now, system);
    } finally {
      answered();
    }
  }

  /** Records that wait for each other's unique values: this one takes a value that nobody has, and its own when it is its turn again. */
  async function stepAside(record: RecordState, planned: Attempt, table: Table, row: DeliveryRow, turn: Aside): Promise<void> {
    const aside = asideAttempt(record, table, turn.rule, system.id);
    const composed = aside && (await composeWrite(ledger, record, aside, table, system));
    if (!aside || composed?.kind !== 'write') return giveUp(record, table, turn, 'no temporary value fits');
    if ((await intake.persist(record.id, (now) => rememberAside(now, system.id, planned, aside))) !== 'committed') return again(row);
    const outcome = await writeOut(record, planned, composed.write);
    if (outcome.kind === 'refused') return giveUp(record, table, turn, outcome.words);
    if (outcome.kind !== 'written') return conclude(record, planned, table, row, outcome);
    await end(record.id, planned, table, { kind: 'stale', row: await translated(ledger, system, table, outcome, record) });
  }

  /** The exchange cannot be made step by step: a person must. */
  async function giveUp(record: RecordState, table: Table, { rule, words }: Aside, why: string): Promise<void> {
    const reason = `${words}, which waits for this one in turn: ${why}`;
    const held = { code: 'C07' as const, rule: 'unique', reason };
    await intake.persist(record.id, (now, context) => holdFor(now, rule.registers, held, table, context));
  }

  /** There is nothing to write; that the row is still in the version that holds the values is what a write would have proven. */
  async function confirm(record: RecordState, planned: Attempt): Promise<Outcome> {
    const key = must(record.links[system.id]?.key, 'a row that is there has a key');
    parts.traces?.confirming(record, planned);
    const read = await system.read(record.entity, key);
    const isAsExpected = read.kind === 'row' && read.row.version === planned.expected;
    const outcome: Outcome =
      read.kind !== 'row' ? read : isAsExpected ? { kind: 'written', ...read.row } : { kind: 'stale', row: read.row };
    reads.touch(record.id + system.id);
    parts.traces?.answered(record.id, outcome);
    return outcome;
  }

  async function conclude(record: RecordState, planned: Attempt, table: Table, row: DeliveryRow, outcome: Outcome): Promise<void> {
    parts.tally.wrote(system.id, outcome.kind);
    switch (outcome.kind) {
      case 'throttled':
      case 'unreachable':
      case 'denied':
        pace.pause(outcome);
        return again(row);
      case 'drifted':
        return end(record.id, planned, table, { kind: 'later', words: outcome.words, ...retry(row) });
      case 'unknown':
        pace.lost(outcome.words);
        await end(record.id, planned, table, { kind: 'unknown', words: outcome.words, ...retry(row) });
        return despair(record.id, `no answer came: ${outcome.words}`);
      default:
        pace.resume();
        tries.ended(record.id);
        if (outcome.kind === 'written') parts.wrote(system.id, record.entity);
    }
    // The column may come back, or the map be corrected: what was to be written waits, and only this map's writes do.
    if (outcome.kind === 'refused' && outcome.why === 'schema-drift') {
      return end(record.id, planned, table, { kind: 'later', words: outcome.words, ...retry(row) });
    }
    if (outcome.kind === 'missing' && (await isGuarded(record))) {
      return end(record.id, planned, table, { kind: 'later', words: 'its row is gone, and too many are', ...retry(row) });
    }
    const settled = await translateOutcome(ledger, table, system, record, outcome);
    if (settled) return end(record.id, planned, table, settled);
    if (record.links[system.id]?.state === 'present') await intake.reread(record, system);
    else await end(record.id, planned, table, { kind: 'later', words: 'the row that is in the way could not be read', ...retry(row) });
  }

  /** One write that fails again and again, while others do not, is set aside. What may have been sent is remembered before that. */
  async function despair(id: RecordId, words: string): Promise<void> {
    const count = tries.failed(id, pace.answers);
    if (count < limits.attemptsMax) return;
    tries.ended(id);
    await intake.persist(id, (record, context) => {
      const table = must(parts.tables.get(record.entity), 'a record has a table map');
      if (!record.links[system.id]?.planned) return undefined;
      return settle(record, system.id, { kind: 'refused', why: 'gave-up', words: `${count} times ${words}` }, table, context);
    });
  }

  /** Rows that are found to be gone because they were to be written to count like any others. */
  async function isGuarded({ entity, links }: RecordState): Promise<boolean> {
    const key = links[system.id]?.key;
    return key !== undefined && (await parts.guardOf(system.id, entity)?.judge('deletes', key)) === 'wait';
  }

  async function end(id: RecordId, planned: Attempt, table: Table, settled: Settled): Promise<void> {
    const answer = await intake.persist(id, (record, context) =>
      record.links[system.id]?.planned?.id === planned.id ? settle(record, system.id, settled, table, context) : undefined,
    );
    if (answer === 'taken')
      await end(id, planned, table, { kind: 'refused', why: 'duplicate-key', words: 'its row belongs to another record' });
  }

  /** The record that a reference means is not in the system: the write waits, or goes without it where that was said, or where it must. */
  async function missing(record: RecordState, planned: Attempt, table: Table, row: DeliveryRow, on: Missing): Promise<void> {
    const rule = must(table.relations.references.get(on.field), 'a reference has its rule');
    const isKey = table.map.key.includes(on.field);
    const goes =
      !isKey && (rule.onMissing === 'null' || (planned.kind === 'create' && (await closesCircle(parts, system.id, on.record, record.id))));
    if (goes && (await intake.persist(record.id, (now) => leaveOut(now, system.id, planned, rule.register))) === 'committed') {
      const now = await ledger.record(record.id);
      const rest = now?.links[system.id]?.planned;
      return now && rest ? attempt(now, rest, row) : undefined;
    }
    const sinceMs = row.sinceMs ?? clock.nowMs();
    const isLong = clock.nowMs() - sinceMs >= rule.waitMs;
    const long = isLong ? { code: 'C08' as const, tell: row.code !== 'C08' } : {};
    return wait(record, planned, table, row, {
      ...on,
      ...long,
      sinceMs,
      waitMs: rule.onMissing === 'retry' ? backoffMs(parts, row.attempts) : WAIT_MS,
    });
  }

  async function wait(
    record: RecordState,
    planned: Attempt,
    table: Table,
    row: DeliveryRow,
    on: Obstacle & { readonly sinceMs?: number; readonly tell?: boolean; readonly waitMs?: number },
  ): Promise<void> {
    if (waitsFor.size < WAITED_FOR_MAX || waitsFor.has(on.record))
      waitsFor.set(on.record, (waitsFor.get(on.record) ?? new Set()).add(record.id));
    const { words, code, sinceMs = row.sinceMs ?? clock.nowMs(), tell = false, waitMs = WAIT_MS } = on;
    await end(record.id, planned, table, {
      kind: 'waiting',
      words,
      dueAtMs: clock.nowMs() + waitMs,
      attempts: row.attempts + 1,
      sinceMs,
      tell,
      ...(code === undefined ? {} : { code }),
    });
  }

  function retry(row: DeliveryRow): { readonly dueAtMs: number; readonly attempts: number } {
    return { dueAtMs: clock.nowMs() + backoffMs(parts, row.attempts), attempts: row.attempts + 1 };
  }

  function again(row: DeliveryRow, waitingFor?: string): void {
    if (outbox.get(row.record) || isPaused(row)) return;
    outbox.putBack(waitingFor === undefined || row.code !== undefined ? row : { ...row, state: 'waiting' });
    bell.ring();
  }

  async function send(row: DeliveryRow): Promise<void> {
    underWay += 1;
    sending.set(row.record, row.entity);
    try {
      await lanes.run(row.record, () => (parts.traces ? parts.traces.delivering(row, () => deliver(row)) : deliver(row)));
    } catch (cause) {
      parts.doubt(row.id);
      if (!(cause instanceof NotNow || isOfLedger(cause))) await lanes.run(row.record, () => defect(row, cause)).catch(() => undefined);
      if (await isParked(row)) return;
      again({ ...row, dueAtMs: clock.nowMs() + backoffMs(parts, row.attempts), attempts: row.attempts + 1 });
    } finally {
      underWay -= 1;
      sending.delete(row.record);
      bell.ring();
    }
  }

  async function isParked({ record }: DeliveryRow): Promise<boolean> {
    const now = await ledger.record(record).catch(() => undefined);
    return now?.links[system.id]?.parked !== undefined;
  }

  /** A defect of ours or of an adapter's: it is shown, only this record waits, and where it does not pass the write is parked. */
  async function defect(row: DeliveryRow, cause: unknown): Promise<void> {
    const words = cause instanceof Error ? cause.message : String(cause);
    parts.log.event('delivery defect', { system: system.id, entity: row.entity, record: row.record, ...brokeOf(cause) });
    await parts.committer.failure({
      atMs: clock.nowMs(),
      system: system.id,
      entity: row.entity,
      record: row.record,
      code: 'DEFECT',
      words,
    });
    await despair(row.record, `a defect: ${words}`);
  }

  function restMs(isBusy: boolean): number {
    // Each one that ends rings.
    if (isBusy) return limits.pollMs;
    const next = Math.max(outbox.nextDueMs() ?? Number.POSITIVE_INFINITY, 0);
    return Math.max(1, Math.min(Math.max(next, pace.notBeforeMs) - clock.nowMs(), limits.pollMs));
  }

  return {
    async run(stop) {
      while (!stop.isStopped) {
        bell.take();
        const isBusy = underWay >= pace.atOnce;
        const ready = !isBusy && clock.nowMs() >= pace.notBeforeMs;
        if (ready) await fetcher.fetch(isOpen);
        const row = ready ? outbox.take(clock.nowMs(), isOpen) : undefined;
        if (row && row.state === 'due' && row.attempts > 0 && !pace.mayRetry())
          outbox.putBack({ ...row, dueAtMs: clock.nowMs() + RETRY_LATER_MS });
        else if (row) void send(row);
        else if (!bell.take()) await clock.sleep(restMs(isBusy), [stop, bell]);
      }
    },
    put(row) {
      // A system's refusal stands until something changes; who waits for another record goes on as soon as that comes.
      if (row.state === 'parked') backlog.drop(row.entity, row.record);
      else backlog.put(row, clock.nowMs());
      if ((row.state === 'parked' && row.code === undefined) || isPaused(row)) return outbox.drop(row.entity, row.record);
      outbox.put(row);
      bell.ring();
    },
    drop(entity, record) {
      backlog.drop(entity, record);
      outbox.drop(entity, record);
    },
    dropAll: outbox.dropAll,
    wake(record) {
      for (const waiting of [record, ...(waitsFor.get(record) ?? [])]) {
        const row = outbox.get(waiting);
        if (row) outbox.putBack({ ...row, dueAtMs: 0 });
      }
      waitsFor.delete(record);
      bell.ring();
    },
    nudge: bell.ring,
    get waiting() {
      return Math.max(0, outbox.size - underWay);
    },
    waitingOf: outbox.sizeOf,
    get underWay() {
      return underWay;
    },
    get behind() {
      return backlog.oldest(outbox.sizeOf);
    },
    get circuit() {
      return pace.circuit;
    },
    get paused() {
      return pace.words;
    },
  };
}

import { messageOf } from '../errors/message-of.ts';
import { brokeOf } from '../errors/broke.ts';
import type { DeliveryId, RecordId } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import { holdFor } from '../merge/reconsider.ts';
import { settle, type Settled } from '../merge/settle.ts';
import type { DeliveryRow } from '../ports/plan.ts';
import type { Outcome, System, Write } from '../ports/system.ts';
import type { Attempt, Link, RecordState } from '../record/record.ts';
import { must } from '../errors/must.ts';
import { composeWrite, translateOutcome, type Composed } from './delivery.ts';
import type { Intake } from './intake.ts';
import { translated } from './matching.ts';
import { chainFrom, leaveOut, openQuestion, referenceLeftOut, type Obstacle } from './obstacles.ts';
import { backoffMs, type Pace } from './pace.ts';
import type { Parts } from './parts.ts';
import { openTries } from './tries.ts';
import { asideAttempt, rememberAside, turnOf, type Turn } from './turns.ts';
import { openWaiting } from './waiting.ts';

type Aside = Extract<Turn, { readonly kind: 'aside' }>;
type Missing = Extract<Composed, { readonly kind: 'waits' }>;

/** What becomes of deliveries in the queue that they were taken from. */
export interface Queue {
  /** It is tried again when it is due. */
  again(row: DeliveryRow): void;
  /** There is nothing to do for it any more. */
  done(row: DeliveryRow): void;
  /** It waits for something else than time: nobody looks at it until it is woken. */
  rest(row: DeliveryRow): void;
}

/** Takes one delivery of a system from the link's plan to its end. */
export interface Delivering {
  /** Runs in the record's lane. Throws where it could not come to an end: `doubt` is to be called then. */
  deliver(row: DeliveryRow): Promise<void>;
  /** Something broke over it: what may have been sent is doubted. */
  doubt(record: RecordId): void;
  /** A defect of ours or of an adapter's: it is shown, only this record waits, and where it does not pass the write is parked. */
  defect(row: DeliveryRow, cause: unknown): Promise<void>;
}

export function openDelivering(parts: Parts, intake: Intake, system: System, pace: Pace, queue: Queue): Delivering {
  const { clock, ledger, reads } = parts;
  const tries = openTries();
  const waiting = openWaiting(parts, intake, system.id);
  /** Writes that may have been applied, and whose end is not in the ledger yet. */
  const perhapsApplied = new Map<RecordId, DeliveryId>();

  async function deliver(row: DeliveryRow): Promise<void> {
    if (parts.pauseOf(system.id, row.entity) !== undefined || parts.backs.of(system.id, row.entity) !== undefined) return;
    const record = await ledger.record(row.record);
    const link = record?.links[system.id];
    if (!record || !link) return queue.done(row);
    if (link.parked) {
      // What the system refused stands as it is; but what its row refers to may have come.
      const isNews = link.unread !== undefined && (await waiting.isReadable(record, link.unread));
      return isNews ? readFirst(record, row) : queue.done(row);
    }
    if (mustRead(link, row)) return readFirst(record, row);
    if (link.unread && (!link.planned || link.planned.kind === 'delete')) return waitForReference(record, link.unread, row);
    if (link.planned) await attempt(record, link.planned, row);
    else queue.done(row);
  }

  /** What is not known must be read before anything is written again; and a person who says "again" means the row, too. */
  function mustRead({ state, version, unread, planned, unconfirmed }: Link, row: DeliveryRow): boolean {
    if (state === 'present' && version === undefined) return true;
    return (row.attempts > 0 && unconfirmed !== undefined) || (unread !== undefined && !planned && row.state === 'due');
  }

  async function readFirst(record: RecordState, row: DeliveryRow): Promise<void> {
    await intake.reread(record, system);
    const now = await ledger.record(record.id);
    const link = now?.links[system.id];
    if (!now || !link || (!link.planned && !link.unread)) return queue.done(row);
    // What was committed meanwhile was planned anew, and put into the queue as it is now.
    if (now.revision !== record.revision) return;
    if (link.state === 'present' && link.version === undefined) return queue.again({ ...row, ...retry(row) });
    if (link.unread && !link.planned) return waitForReference(now, link.unread, row);
    await attempt(now, must(link.planned, 'just seen'), row);
  }

  async function waitForReference(record: RecordState, unread: NonNullable<Link['unread']>, row: DeliveryRow): Promise<void> {
    const waits = await waiting.forReference(record, unread, row);
    if (waits.kind === 'readable') return readFirst(record, row);
    if (waits.kind === 'asleep') return queue.rest(waits.row);
    return lookAgain(record.id, row);
  }

  /** What it waits for may have come before it was noted that it waits. */
  async function lookAgain(id: RecordId, row: DeliveryRow): Promise<void> {
    const now = await ledger.record(id);
    const link = now?.links[system.id];
    if (now && link?.planned && link.planned.kind !== 'delete') return attempt(now, link.planned, row);
    if (now && link?.unread) return waitForReference(now, link.unread, row);
    if (now && link?.planned) await attempt(now, link.planned, row);
  }

  async function attempt(record: RecordState, planned: Attempt, row: DeliveryRow): Promise<void> {
    const table = must(parts.tables.get(record.entity), 'a record has a table map');
    const obstacle = await obstacleTo(record, planned, table);
    if (obstacle) return wait(record, planned, row, obstacle);
    const turn = await turnOf(ledger, table, record, planned, system.id);
    if (turn.kind === 'after') return wait(record, planned, row, turn);
    if (turn.kind === 'aside') return stepAside(record, planned, table, row, turn);
    const composed = await composeWrite(ledger, record, planned, table, system);
    if (composed.kind === 'waits') return missing(record, planned, table, row, composed);
    if (composed.kind === 'not-representable') return end(record.id, planned, table, { kind: 'unfit', registers: composed.registers });
    if (composed.kind === 'write' && composed.write.kind === 'create') return make(record, planned, table, row, composed.write);
    const outcome = composed.kind === 'confirm' ? await confirm(record, planned) : await writeOut(record, planned, composed.write);
    await conclude(record, planned, table, row, outcome);
  }

  /** What a new row must not be made without, or beside. */
  async function obstacleTo(record: RecordState, planned: Attempt, table: Table): Promise<Obstacle | undefined> {
    if (planned.kind !== 'create') return undefined;
    return referenceLeftOut(record, planned, table, system.id) ?? (await openQuestion(ledger, table, record, system.id));
  }

  async function wait(record: RecordState, planned: Attempt, row: DeliveryRow, on: Obstacle): Promise<void> {
    const waits = await waiting.forRecords(record, planned, row, on);
    if (waits.kind === 'asleep') return queue.rest(waits.row);
    return lookAgain(record.id, row);
  }

  async function writeOut(record: RecordState, planned: Attempt, write: Write): Promise<Outcome> {
    perhapsApplied.set(record.id, planned.id);
    const outcome = await system.write(parts.traces?.sending(record, planned, write) ?? write);
    // A refused write was not made, whatever becomes of the reads behind it.
    if (!APPLIED.has(outcome.kind)) perhapsApplied.delete(record.id);
    reads.touch(record.id + system.id);
    parts.traces?.answered(record.id, outcome);
    return outcome;
  }

  /** A row can be gone again before its making was answered: what the feed said of a row that nobody knew may be said of this one. */
  async function make(record: RecordState, planned: Attempt, table: Table, row: DeliveryRow, write: Write): Promise<void> {
    const answered = parts.births.begin(system.id);
    try {
      const outcome = await writeOut(record, planned, write);
      const made = outcome.kind === 'written' || outcome.kind === 'applied' ? outcome.key : undefined;
      const wasGone = (): boolean => made !== undefined && parts.births.wasGone(system.id, record.entity, made);
      if (wasGone()) parts.tally.read();
      const read = wasGone() && made !== undefined ? await system.read(record.entity, made) : undefined;
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
    if ((await intake.persist(record.id, (now) => rememberAside(now, system.id, planned, aside))) !== 'committed') return queue.again(row);
    const outcome = await writeOut(record, aside, composed.write);
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
    parts.tally.read();
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
        return queue.again(row);
      case 'drifted':
        return end(record.id, planned, table, { kind: 'later', words: outcome.words, ...retry(row) });
      case 'unknown':
        pace.lost(outcome.words, outcome.unable);
        await end(record.id, planned, table, { kind: 'unknown', words: outcome.words, ...retry(row) });
        return despair(record.id, `no answer came: ${outcome.words}`);
      default:
        pace.resume();
        if (outcome.kind !== 'stale') tries.ended(record.id);
        if (outcome.kind === 'written' || outcome.kind === 'applied') parts.wrote(system.id, record.entity);
    }
    // The column may come back, or the map be corrected: what was to be written waits, and only this map's writes do.
    if (outcome.kind === 'refused' && outcome.why === 'schema-drift') {
      return end(record.id, planned, table, { kind: 'later', words: outcome.words, ...retry(row) });
    }
    if (outcome.kind === 'missing' && (await isGuarded(record))) {
      return end(record.id, planned, table, { kind: 'later', words: 'its row is gone, and too many are', ...retry(row) });
    }
    if (parts.backs.of(system.id, record.entity) && outcome.kind !== 'refused') return concludeBack(record, planned, table, row, outcome);
    // Nothing came of the write. It stays planned until a person has said what the older state means.
    const read = outcome.kind === 'stale' ? outcome.row : outcome.kind === 'written' && outcome.readLater ? outcome : undefined;
    if (read && (await parts.older.look(system, record, read))) return concludeBack(record, planned, table, row, outcome);
    if (outcome.kind === 'missing' && (await parts.older.lost(system, record))) return queue.again(row);
    if (outcome.kind === 'stale' && outcome.row?.version === planned.expected) return insist(record, planned, table, row);
    const settled = await translateOutcome(ledger, table, system, record, outcome);
    if (settled) await end(record.id, planned, table, settled);
    else if (record.links[system.id]?.state === 'present') return learnWhy(record, planned, table, row);
    else await end(record.id, planned, table, { kind: 'later', words: 'the row that is in the way could not be read', ...retry(row) });
    if (outcome.kind === 'applied') await learn(record.id, row);
    else if (outcome.kind === 'refused' && record.links[system.id]?.unread) await deliver(row);
  }

  /** Its system was put back meanwhile: what was written may be there no more, and what was read is not to be taken yet. */
  async function concludeBack(record: RecordState, planned: Attempt, table: Table, row: DeliveryRow, { kind }: Outcome): Promise<void> {
    if (!APPLIED.has(kind)) return queue.again(row);
    await end(record.id, planned, table, { kind: 'unknown', words: `${system.id} was put back meanwhile`, ...retry(row) });
  }

  /** A write was refused as outdated, and the answer did not tell the row. */
  async function learnWhy(record: RecordState, planned: Attempt, table: Table, row: DeliveryRow): Promise<void> {
    await intake.reread(record, system);
    const now = await ledger.record(record.id);
    if (now?.revision === record.revision) await insist(record, planned, table, row);
  }

  /** It was refused as outdated, and is not: something else is in its way, and may pass. */
  async function insist({ id }: RecordState, planned: Attempt, table: Table, row: DeliveryRow): Promise<void> {
    const words = 'refused as outdated, but the row is in the version that was expected';
    await end(id, planned, table, { kind: 'later', words, ...retry(row) });
    await despair(id, words);
  }

  /** What became of a row that was written is read, at once or as soon as it can be. */
  async function learn(id: RecordId, row: DeliveryRow): Promise<void> {
    perhapsApplied.delete(id);
    const now = await ledger.record(id);
    if (now) await readFirst(now, row);
  }

  /** One write that fails again and again, while others do not, is set aside. What may have been sent is remembered before that. */
  async function despair(id: RecordId, words: string): Promise<void> {
    const count = tries.failed(id, pace.answers);
    if (count < parts.limits.attemptsMax) return;
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
    const chain = await chainFrom(parts, system.id, on.record, record.id);
    const mayGo = rule.onMissing === 'null' || (planned.kind === 'create' && chain.closed);
    const goes = mayGo && !table.map.key.includes(on.field);
    if (goes && (await intake.persist(record.id, (now) => leaveOut(now, system.id, planned, rule.register))) === 'committed') {
      const now = await ledger.record(record.id);
      const rest = now?.links[system.id]?.planned;
      return now && rest ? attempt(now, rest, row) : undefined;
    }
    return wait(record, planned, row, { records: chain.records, words: on.words, waitMs: rule.waitMs });
  }

  function retry(row: DeliveryRow): { readonly dueAtMs: number; readonly attempts: number } {
    return { dueAtMs: clock.nowMs() + backoffMs(parts, row.attempts), attempts: row.attempts + 1 };
  }

  return {
    async deliver(row) {
      await deliver(row);
      perhapsApplied.delete(row.record);
    },
    doubt(record) {
      const id = perhapsApplied.get(record);
      if (id !== undefined) parts.doubt(id);
      perhapsApplied.delete(record);
    },
    async defect(row, cause) {
      const words = messageOf(cause);
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
    },
  };
}

/** Answers after which a write may have been applied. */
const APPLIED: ReadonlySet<Outcome['kind']> = new Set(['written', 'applied', 'removed', 'unknown']);

import type { DeliveryId, RecordId, SystemId } from '../ids.ts';
import type { DeliveryRow, Plan } from '../ports/plan.ts';
import type { Outcome, Write } from '../ports/system.ts';
import type { Attributes, Span, Tracing } from '../ports/tracing.ts';
import type { Attempt, RecordState } from '../record/record.ts';
import { aboutRecord, planAttributes, writeAttributes } from './trace-attributes.ts';

/** So many planned writes are remembered with the hop that planned them. What is forgotten begins a trace of its own. */
const LEADS_MAX = 50_000;
/** A write that stands in the place of others that were never sent is tied to so many of them. */
const ALSO_MAX = 8;

/** How a row came to be read. */
export interface Heard {
  readonly by: 'feed' | 'listing' | 'hint' | 'reread';
  /** When reading began, as the tracing tells time. */
  readonly atMs: number;
}

/** A row that was read, and is looked at since. */
export interface Hearing extends Heard {
  readonly system: SystemId;
  readonly observedAtMs: number;
}

/** Tells the way of each change, hop by hop. What led to a planned write is kept in memory alone: after a restart it begins a trace of its own. */
export interface Traces {
  nowMs(): number;
  /** Reading begins. */
  heard(by: Heard['by']): Heard;
  /** The row is at hand. */
  hearing(heard: Heard | undefined, system: SystemId): Hearing;
  /** A plan is in the ledger, whose commit began then. Called before anything follows from it. */
  committed(plan: Plan, beganMs: number, hearing?: Hearing): void;
  /** Has a planned write looked at, and perhaps sent. Runs in the record's lane. */
  delivering(row: DeliveryRow, act: () => Promise<void>): Promise<void>;
  /** Answers the write with what ties the other system's own traces to this one. */
  sending(record: RecordState, planned: Attempt, write: Write): Write;
  /** In place of a write, what it would prove is read. */
  confirming(record: RecordState, planned: Attempt): void;
  answered(record: RecordId, outcome: Outcome): void;
}

/** The hop that planned a write, and those that planned what it stands in the place of. */
interface Lead {
  readonly id: DeliveryId;
  readonly from: string;
  readonly also: readonly string[];
}

/** A planned write that is looked at: one of a record at a time, because its lane is held. */
interface Delivering {
  readonly row: DeliveryRow;
  /** What is open. */
  span?: Span | undefined;
  isSettling: boolean;
  told: Attributes;
}

export function openTraces(tracing: Tracing): Traces {
  const leads = new Map<string, Lead>();
  const underWay = new Map<RecordId, Delivering>();

  function keep({ record, deliveries }: Plan, from: string): void {
    for (const [system, row] of deliveries) {
      const place = record.id + system;
      const before = leads.get(place);
      // It is only put off: what led to it is what led to it.
      if (row && before?.id === row.id) continue;
      leads.delete(place);
      if (row) leads.set(place, { id: row.id, from, also: before ? [...before.also, before.from].slice(-ALSO_MAX) : [] });
    }
    for (const oldest of leads.keys()) {
      if (leads.size <= LEADS_MAX) return;
      leads.delete(oldest);
    }
  }

  /** The hops before a commit, told once it is known that something came of them. */
  function observed({ record }: Plan, { by, atMs, observedAtMs, system }: Hearing, untilMs: number): string {
    const about = aboutRecord(record, system);
    const lead = leads.get(record.id + system);
    const now = underWay.get(record.id);
    // A row that is read because of a write belongs to that; one that is heard of may be that write coming back.
    const from = now?.row.system === system ? (now.span?.traceparent ?? lead?.from) : undefined;
    const hear = tracing.begin('hear', atMs, { ...about, 'concord.heard': by }, from, from === undefined && lead ? [lead.from] : []);
    hear.end(observedAtMs, {}, false);
    const observe = tracing.begin('observe', observedAtMs, about, hear.traceparent, []);
    observe.end(untilMs, {}, false);
    return observe.traceparent;
  }

  function begin(now: Delivering, record: RecordState, planned: Attempt, kind: Write['kind'] | 'confirm'): Span {
    const lead = leads.get(record.id + now.row.system);
    // The queue may hold the row of an earlier plan: what is sent is what is planned now.
    const isKnown = lead?.id === planned.id;
    const also = lead ? [...lead.also, ...(isKnown ? [] : [lead.from])] : [];
    const attributes = { ...writeAttributes(record, planned, now.row, kind), ...(isKnown ? {} : { 'concord.origin': 'unknown' }) };
    end(now, false);
    now.span = tracing.begin('deliver', tracing.nowMs(), attributes, isKnown ? lead.from : undefined, also);
    now.isSettling = false;
    return now.span;
  }

  function end(now: Delivering, isFailure: boolean): void {
    now.span?.end(tracing.nowMs(), now.told, isFailure);
    now.span = undefined;
    now.told = {};
  }

  return {
    nowMs: tracing.nowMs,
    heard: (by) => ({ by, atMs: tracing.nowMs() }),
    hearing(heard, system) {
      const observedAtMs = tracing.nowMs();
      return { by: 'reread', atMs: observedAtMs, ...heard, system, observedAtMs };
    },
    committed(plan, beganMs, hearing) {
      const now = underWay.get(plan.record.id);
      // An answer that is taken is one hop, its commit included.
      if (!hearing && now?.isSettling && now.span) {
        now.told = { ...now.told, ...planAttributes(plan) };
        return keep(plan, now.span.traceparent);
      }
      if (!hearing && plan.changes.length === 0) return;
      const commit = tracing.begin('commit', beganMs, planAttributes(plan), hearing && observed(plan, hearing, beganMs), []);
      commit.end(tracing.nowMs(), {}, false);
      keep(plan, commit.traceparent);
    },
    async delivering(row, act) {
      const now: Delivering = { row, isSettling: false, told: {} };
      let isFailure = true;
      underWay.set(row.record, now);
      try {
        await act();
        isFailure = false;
      } finally {
        end(now, isFailure);
        underWay.delete(row.record);
      }
    },
    sending(record, planned, write) {
      const now = underWay.get(record.id);
      return now ? { ...write, traceparent: begin(now, record, planned, write.kind).traceparent } : write;
    },
    confirming(record, planned) {
      const now = underWay.get(record.id);
      if (now) begin(now, record, planned, 'confirm');
    },
    answered(record, { kind }) {
      const now = underWay.get(record);
      if (!now?.span) return;
      const { traceparent } = now.span;
      const { entity, system } = now.row;
      const outcome = { 'concord.outcome': kind };
      now.told = outcome;
      end(now, FAILURES.has(kind));
      if (NOT_NOW.has(kind)) return;
      now.span = tracing.begin('settle', tracing.nowMs(), { ...aboutRecord({ id: record, entity }, system), ...outcome }, traceparent, []);
      now.isSettling = true;
    },
  };
}

/** Nothing changes by them: there is nothing to settle. */
const NOT_NOW: ReadonlySet<Outcome['kind']> = new Set(['throttled', 'unreachable', 'denied']);
/** The others are news. */
const FAILURES: ReadonlySet<Outcome['kind']> = new Set(['refused', 'unknown', 'throttled', 'unreachable', 'denied', 'drifted']);

import { CONFLICT_CODES, type Comparison, type Counts, type EngineStatus, type Outcome } from '@concord/core';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';

/** What is measured when it is asked for. */
export interface Measured {
  readonly status: EngineStatus;
  /** Absent while the ledger cannot tell. */
  readonly counts: Counts | undefined;
  readonly ledgerBytes: number;
  readonly nowMs: number;
  /** Latest first. */
  readonly comparisons: readonly Comparison[];
  /** By destination of alerts; absent where none are configured. */
  readonly alerts?: Readonly<Record<string, { readonly sent: number; readonly failed: number }>> | undefined;
}

const MS_A_SECOND = 1000;
const OUTCOMES = [
  'written',
  'removed',
  'stale',
  'missing',
  'exists',
  'refused',
  'unknown',
  'throttled',
  'unreachable',
  'denied',
  'drifted',
] as const satisfies readonly Outcome['kind'][];

/** Everything for Prometheus, gathered anew at each scrape: numbers and names of the configuration, never a value of a record. */
export function openMetrics(measure: () => Promise<Measured>): { readonly type: string; text(): Promise<string> } {
  const register = new Registry();
  collectDefaultMetrics({ register, prefix: 'concord_' });
  const gauge = <Label extends string = never>(name: string, help: string, labelNames: readonly Label[] = []): Gauge<Label> =>
    new Gauge({ name, help, labelNames, registers: [register] });
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]): Counter<Label> =>
    new Counter({ name, help, labelNames, registers: [register] });
  const maps = mapGauges(gauge);

  const queue = gauge('concord_queue_writes', 'Writes that wait for a system', ['system']);
  const underWay = gauge('concord_under_way_writes', 'Writes that are under way to a system', ['system']);
  const circuit = gauge('concord_circuit_open', '1 while a system is not written to because it does not answer', ['system']);
  const deliveries = gauge('concord_deliveries', 'Planned writes in the ledger: due, waiting for something, or parked', ['state']);
  const records = gauge('concord_records', 'Mirrored records');
  const changes = gauge('concord_changes', 'Changes in the history of all records; their rate is the throughput');
  const held = gauge('concord_conflicts_held', 'Conflicts that wait for a person');
  const writable = gauge('concord_ledger_writable', '1 while the ledger can be written');
  const conflicts = counter('concord_conflicts_total', 'Conflicts that were opened since the start', ['code']);
  const writes = counter('concord_writes_total', 'What became of the writes to a system since the start', ['system', 'outcome']);
  const alertsSent = counter('concord_alerts_sent_total', 'Messages with alerts that a destination took', ['destination']);
  const alertsFailed = counter('concord_alerts_failed_total', 'Tries to send alerts that failed', ['destination']);
  const bytes = gauge('concord_ledger_bytes', 'Size of the ledger file and its log');

  function set({ status, counts, ledgerBytes, nowMs, comparisons, alerts = {} }: Measured): void {
    for (const one of [...maps.all, queue, underWay, circuit, conflicts, writes, alertsSent, alertsFailed]) one.reset();
    for (const [destination, { sent, failed }] of Object.entries(alerts)) {
      alertsSent.inc({ destination }, sent);
      alertsFailed.inc({ destination }, failed);
    }
    maps.set({ status, nowMs, comparisons });
    for (const { system, waiting, underWay: sent, circuit: current, behindMs } of status.deliveries) {
      queue.set({ system }, waiting);
      underWay.set({ system }, sent);
      circuit.set({ system }, current.state === 'closed' ? 0 : 1);
      for (const [entity, sinceMs] of Object.entries(behindMs))
        maps.behind.set({ system, entity }, Math.max(0, nowMs - sinceMs) / MS_A_SECOND);
    }
    // A count that is not told until it is one seems not to have risen.
    for (const code of CONFLICT_CODES) conflicts.inc({ code }, status.tallies.conflicts[code] ?? 0);
    for (const { system } of status.deliveries)
      for (const outcome of OUTCOMES) writes.inc({ system, outcome }, status.tallies.writes[system]?.[outcome] ?? 0);
    writable.set(status.ledger ? 0 : 1);
    bytes.set(ledgerBytes);
    if (counts) setCounts(counts);
  }

  function setCounts(counts: Counts): void {
    for (const name of ['due', 'waiting', 'parked'] as const) deliveries.set({ state: name }, counts[name]);
    records.set(counts.records);
    changes.set(counts.changes);
    held.set(counts.held);
  }

  return {
    type: register.contentType,
    async text() {
      set(await measure());
      return register.metrics();
    },
  };
}

type GaugeMaker = <Label extends string = never>(name: string, help: string, labelNames?: readonly Label[]) => Gauge<Label>;

/** What is measured of each map. */
function mapGauges(gauge: GaugeMaker) {
  const map = ['system', 'entity'] as const;
  const lag = gauge('concord_map_lag_seconds', 'How long ago the last pull began that told everything', map);
  const behind = gauge('concord_delivery_lag_seconds', 'How long the oldest write of an entity to a system is planned and not done', map);
  const state = gauge('concord_map_state', '1 for the state that a map is in', [...map, 'state']);
  const aside = gauge('concord_map_rows_aside', 'Rows that are set aside because something broke over them', map);
  const older = gauge('concord_map_rows_older', 'Rows since the start in an older version than before: the system was put back', map);
  const compared = gauge('concord_map_compared_timestamp_seconds', 'When all rows of a map were last compared; Unix time', map);
  const unexplained = gauge(
    'concord_map_rows_unexplained',
    'Rows that the last comparison found to differ, and that nothing explains',
    map,
  );
  const filtered = gauge('concord_map_rows_filtered', 'Rows seen since the start that a filter leaves outside', map);

  function set({ status, nowMs, comparisons }: Pick<Measured, 'status' | 'nowMs' | 'comparisons'>): void {
    for (const { system, entity, state: now, upToMs, asideRows, olderRows, filteredRows } of status.maps) {
      const labels = { system, entity };
      if (upToMs !== undefined) lag.set(labels, Math.max(0, nowMs - upToMs) / MS_A_SECOND);
      state.set({ ...labels, state: now }, 1);
      aside.set(labels, asideRows);
      older.set(labels, olderRows);
      filtered.set(labels, filteredRows);
      behind.set(labels, 0);
    }
    // The latest stands first, and is set last.
    for (const { system, entity, endedAtMs, unexplained: rows } of comparisons.toReversed()) {
      compared.set({ system, entity }, endedAtMs / MS_A_SECOND);
      unexplained.set({ system, entity }, rows);
    }
  }

  return { set, behind, all: [lag, behind, state, aside, older, compared, unexplained, filtered] };
}

import type { Counts, EngineStatus } from '@concord/core';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/** What is measured when it is asked for. */
export interface Measured {
  readonly status: EngineStatus;
  /** Absent while the ledger cannot tell. */
  readonly counts: Counts | undefined;
  readonly ledgerBytes: number;
  readonly nowMs: number;
}

const MS_A_SECOND = 1000;

/** Everything for Prometheus, gathered anew at each scrape: numbers and names of the configuration, never a value of a record. */
export function openMetrics(measure: () => Promise<Measured>): { readonly type: string; text(): Promise<string> } {
  const register = new Registry();
  collectDefaultMetrics({ register, prefix: 'concord_' });
  const gauge = <Label extends string = never>(name: string, help: string, labelNames: readonly Label[] = []): Gauge<Label> =>
    new Gauge({ name, help, labelNames, registers: [register] });
  const map = ['system', 'entity'] as const;

  const lag = gauge('concord_map_lag_seconds', 'How long ago the last pull began that told everything', map);
  const state = gauge('concord_map_state', '1 for the state that a map is in', [...map, 'state']);
  const aside = gauge('concord_map_rows_aside', 'Rows that are set aside because something broke over them', map);
  const filtered = gauge('concord_map_rows_filtered', 'Rows seen since the start that a filter leaves outside', map);
  const queue = gauge('concord_queue_writes', 'Writes that wait for a system', ['system']);
  const underWay = gauge('concord_under_way_writes', 'Writes that are under way to a system', ['system']);
  const circuit = gauge('concord_circuit_open', '1 while a system is not written to because it does not answer', ['system']);
  const deliveries = gauge('concord_deliveries', 'Planned writes in the ledger: due, waiting for something, or parked', ['state']);
  const records = gauge('concord_records', 'Mirrored records');
  const changes = gauge('concord_changes', 'Changes in the history of all records; their rate is the throughput');
  const held = gauge('concord_conflicts_held', 'Conflicts that wait for a person');
  const writable = gauge('concord_ledger_writable', '1 while the ledger can be written');
  const bytes = gauge('concord_ledger_bytes', 'Size of the ledger file and its log');

  function set({ status, counts, ledgerBytes, nowMs }: Measured): void {
    for (const one of [lag, state, aside, filtered, queue, underWay, circuit]) one.reset();
    for (const { system, entity, state: now, upToMs, asideRows, filteredRows } of status.maps) {
      const labels = { system, entity };
      if (upToMs !== undefined) lag.set(labels, Math.max(0, nowMs - upToMs) / MS_A_SECOND);
      state.set({ ...labels, state: now }, 1);
      aside.set(labels, asideRows);
      filtered.set(labels, filteredRows);
    }
    for (const { system, waiting, underWay: sent, circuit: current } of status.deliveries) {
      queue.set({ system }, waiting);
      underWay.set({ system }, sent);
      circuit.set({ system }, current.state === 'closed' ? 0 : 1);
    }
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

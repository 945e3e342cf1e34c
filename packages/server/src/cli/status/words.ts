import { colours as pc } from '../../colours.ts';
import type { Look } from './look.ts';

const PASSING = new Set(['live', 'listing', 'starting', 'kept', 'paused', 'throttled', 'pressed']);

/** Whether there is something that only a person can do. */
export function needsSomebody({ health: { status, ledger }, maps }: Look): boolean {
  return (
    status !== 'ok' ||
    (ledger.held ?? 0) + (ledger.parked ?? 0) > 0 ||
    maps.some(({ state, asideRows }) => !PASSING.has(state) || asideRows > 0)
  );
}

/** A look for a terminal, a line each. */
export function statusLines(url: string, look: Look): readonly string[] {
  const { health, maps, inbox } = look;
  const { ledger, deliveries } = health;
  const colour = health.status === 'ok' ? pc.green : health.status === 'degraded' ? pc.yellow : pc.red;
  return [
    `${pc.bold(url)} is ${colour(health.status)}; ${ledger.records ?? '?'} records, ${ledger.changes ?? '?'} changes`,
    ...(ledger.trouble ? [pc.red(`${ledger.trouble.words} ${ledger.trouble.remedy}`)] : []),
    '',
    ...table([
      ['entity', 'system', 'state', 'read', 'writes wait', 'for', 'parked', ''],
      ...maps.map(({ entity, system, state, from, to, asideRows, words = '' }) => [
        entity,
        system,
        state,
        from.lagSeconds === undefined ? 'not yet' : `${lasting(from.lagSeconds)} ago`,
        String(to.due + to.waiting),
        lasting(to.lagSeconds),
        String(to.parked),
        [words, ...(asideRows > 0 ? [`${asideRows} rows set aside`] : [])].filter((part) => part !== '').join('; '),
      ]),
    ]),
    '',
    ...deliveries
      .filter(({ circuit }) => circuit.state !== 'closed')
      .map(({ system, circuit, waiting, paused = '' }) =>
        pc.yellow(`the circuit of ${system} is ${circuit.state}, ${waiting} writes wait${paused === '' ? '' : `: ${paused}`}`),
      ),
    ...inboxLines(ledger.held ?? 0, inbox),
    ...((ledger.parked ?? 0) > 0 ? [pc.yellow(`${ledger.parked} writes are parked: concord parked list`)] : []),
  ];
}

function inboxLines(held: number, inbox: Look['inbox']): readonly string[] {
  if (held === 0) return ['No conflict waits for a person.'];
  const more = held > inbox.length ? [`  … and ${held - inbox.length} more`] : [];
  const lines = inbox.map(({ id, entity, fields, openedAt }) => `  ${id}  ${entity} ${fields.join(', ')}, since ${openedAt}`);
  return [pc.yellow(`${held} conflict(s) wait for a person: concord conflicts show <id>`), ...lines, ...more];
}

const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3_600;

function lasting(seconds: number): string {
  if (seconds < MINUTE_SECONDS) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  return seconds < HOUR_SECONDS ? `${Math.round(seconds / MINUTE_SECONDS)} min` : `${(seconds / HOUR_SECONDS).toFixed(1)} h`;
}

/** Columns as wide as what stands in them. */
function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_head, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row, at) => {
    const line = row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
    return at === 0 ? pc.dim(line) : line;
  });
}

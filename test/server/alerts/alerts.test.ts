import { parseConfig, type AlertsConfig } from '@concord/core';
import { afterEach, expect, test } from 'vitest';
import { openAlerts, type Alerts } from '../../../packages/server/src/alerts/alerts.ts';
import type { AlertMemory } from '../../../packages/server/src/alerts/remembered.ts';
import type { Destination } from '../../../packages/server/src/alerts/destinations.ts';
import type { Message } from '../../../packages/server/src/alerts/message.ts';
import { ENV, SAMPLE } from '../../core/config/sample.ts';
import { handClock } from '../../kit/hand-clock.ts';
import { NO_COUNTS, observed } from '../../kit/status.ts';

const YAML = `alerts:
  destinations: { one: { teams: { url: "\${FNO_URL}" } }, two: { teams: { url: "\${FNO_URL}" } } }
  rules: [{ parked: { for: 1m } }, { ledger: { to: [two] } }]
`;

function config(): AlertsConfig {
  const parsed = parseConfig(`${SAMPLE}${YAML}`, { file: 'concord.yaml', env: ENV });
  if (parsed.kind === 'faults' || !parsed.config.alerts) throw new Error(JSON.stringify(parsed));
  return parsed.config.alerts;
}

let alerts: Alerts | undefined;
afterEach(() => alerts?.stop());

/** As the ledger keeps it: as text. */
function note(): AlertMemory & { written(): number } {
  let [text, count]: [string | undefined, number] = [undefined, 0];
  return {
    read: () => Promise.resolve(text === undefined ? undefined : JSON.parse(text)),
    write: (told) => {
      [text, count] = [JSON.stringify(told), count + 1];
      return Promise.resolve();
    },
    written: () => count,
  };
}

/** Alerts to two destinations: one that works when it is told to, one that always does. */
function stage(ledger = note(), clock = handClock(1_000_000)) {
  const state = { parked: 0, isDown: false, isFull: false };
  const got: Record<string, Message[]> = { one: [], two: [] };
  const tried: number[] = [];
  const words: string[] = [];
  const destination = (name: string): Destination => ({
    name,
    send: (message) => {
      if (name === 'one') tried.push(clock.nowMs());
      if (name === 'one' && state.isDown) return Promise.reject(new Error('it answered 503'));
      got[name]?.push(message);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  });
  const status = () =>
    observed(clock.nowMs(), state.isFull ? { status: { ledger: { code: 'LEDGER_FULL', words: 'w', remedy: 'r', sinceMs: 0 } } } : {})
      .status;
  const counts = () => (state.isFull ? Promise.reject(new Error('full')) : Promise.resolve({ ...NO_COUNTS, parked: state.parked }));
  alerts = openAlerts({
    config: config(),
    destinations: [destination('one'), destination('two')],
    status,
    counts,
    memory: ledger,
    clock,
    warn: (fields, told) => void words.push(`${told} ${JSON.stringify(fields)}`),
  });
  alerts.start();
  return { clock, state, got, tried, words, alerts };
}

const whats = (messages: readonly Message[] = []) => messages.map(({ notices }) => notices.map(({ on, what }) => `${on} ${what}`).join());

test('begins and ends are told to everybody, and a rule with names to those alone', async () => {
  const { clock, state, got } = stage();
  state.parked = 2;
  await clock.advance(45_000);
  expect(whats(got['one'])).toEqual([]);
  await clock.advance(30_000);
  expect(whats(got['one'])).toEqual(['parked begins']);
  state.isFull = true;
  await clock.advance(90_000);
  [state.isFull, state.parked] = [false, 0];
  await clock.advance(30_000);
  expect(whats(got['one'])).toEqual(['parked begins', 'parked ends']);
  expect(whats(got['two'])).toEqual(['parked begins', 'ledger begins', 'parked ends,ledger ends']);
});

test('a destination that fails is tried again, later each time, and keeps nobody waiting; what it missed comes in order', async () => {
  const { clock, state, got, tried, words, alerts: running } = stage();
  [state.parked, state.isDown] = [2, true];
  await clock.advance(180_000);
  expect(whats(got['two'])).toEqual(['parked begins']);
  expect(tried.map((atMs) => (atMs - 1_000_000) / 1000)).toEqual([60, 65, 75, 95, 135]);
  expect(running.tallies()).toEqual({ one: { sent: 0, failed: 5 }, two: { sent: 1, failed: 0 } });
  expect(words[0]).toMatch(/^an alert could not be sent, and is tried again .*"destination":"one".*it answered 503/u);
  [state.parked, state.isDown] = [0, false];
  await clock.advance(120_000);
  expect(whats(got['one'])).toEqual(['parked begins', 'parked ends']);
  expect(running.tallies()['one']).toEqual({ sent: 2, failed: 5 });
});

test('one that never works is given up in the end, and the next message is tried', async () => {
  const { clock, state, words } = stage();
  [state.parked, state.isDown] = [2, true];
  await clock.advance(5 * 3_600_000);
  expect(words.filter((one) => one.includes('given up'))).toHaveLength(1);
});

test('after a restart what was told is not told again, and its end is; it is kept when something is told, and not at every look', async () => {
  const ledger = note();
  const first = stage(ledger);
  first.state.parked = 2;
  await first.clock.advance(120_000);
  expect(whats(first.got['one'])).toEqual(['parked begins']);
  expect(ledger.written()).toBe(1);
  await first.alerts.stop();
  const second = stage(ledger, first.clock);
  second.state.parked = 3;
  await second.clock.advance(600_000);
  expect(whats(second.got['one'])).toEqual([]);
  await second.alerts.stop();
  const third = stage(ledger, first.clock);
  await third.clock.advance(45_000);
  expect(whats(third.got['one']), 'just after a start nothing has gone wrong yet').toEqual([]);
  await third.clock.advance(45_000);
  expect(whats(third.got['one'])).toEqual(['parked ends']);
  await third.alerts.stop();
  const fourth = stage(ledger, first.clock);
  await fourth.clock.advance(300_000);
  expect(whats(fourth.got['one'])).toEqual([]);
});

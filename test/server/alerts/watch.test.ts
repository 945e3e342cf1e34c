import { parseConfig, systemId, entityName, type AlertRule, type EngineStatus } from '@concord/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Observed } from '../../../packages/server/src/alerts/conditions.ts';
import { NOTHING_WATCHED, watch, type Notice } from '../../../packages/server/src/alerts/watch.ts';
import { ENV, SAMPLE } from '../../core/config/sample.ts';
import { runs } from '../../kit/runs.ts';
import { observed } from '../../kit/status.ts';

const MINUTE = 60_000;
const QUIET = 60 * MINUTE;

/** A rule as a configuration makes it. */
function ruleOf(yaml: string): AlertRule {
  const alerts = `alerts: { destinations: { team: { teams: { url: "\${FNO_URL}" } } }, rules: [ { ${yaml} } ] }\n`;
  const parsed = parseConfig(`${SAMPLE}${alerts}`, { file: 'concord.yaml', env: ENV });
  const [rule] = parsed.kind === 'ok' ? (parsed.config.alerts?.rules ?? []) : [];
  if (!rule) throw new Error(JSON.stringify(parsed));
  return rule;
}

/** All that is told at a row of looks. */
function told(rule: AlertRule, seen: readonly Observed[], quietMs = QUIET): readonly (Notice & { readonly atMs: number })[] {
  let watched = NOTHING_WATCHED;
  return seen.flatMap((look) => {
    const next = watch({ rules: [rule], quietMs }, look, watched);
    watched = next.watched;
    return next.notices.map((notice) => ({ ...notice, atMs: look.nowMs }));
  });
}

/** One look a minute. */
function looks(count: number, at: (minute: number) => Parameters<typeof observed>[1]): readonly Observed[] {
  return Array.from({ length: count }, (_, minute) => observed(minute * MINUTE, at(minute)));
}

const short = (notices: readonly (Notice & { readonly atMs: number })[]) => notices.map(({ what, atMs }) => [what, atMs / MINUTE]);

test('an alert begins once it has held for as long as its rule says, goes on after the quiet time, and its end is told', () => {
  const notices = told(
    ruleOf('parked: { for: 15m }'),
    looks(120, (minute) => ({ counts: { parked: minute >= 10 && minute < 100 ? 3 : 0 } })),
  );
  expect(short(notices)).toEqual([
    ['begins', 25],
    ['goes-on', 85],
    ['ends', 100],
  ]);
  expect(notices[0]).toMatchObject({ on: 'parked', severity: 'warning', sinceMs: 10 * MINUTE });
  expect(notices[0]?.words).toContain('3 writes');
});

test('what comes and goes within the quiet time is told once, and again when it stays', () => {
  const notices = told(
    ruleOf('map: { for: 0s }'),
    looks(100, (minute) => ({ fno: { state: minute >= 80 || minute % 2 === 1 ? 'stopped' : 'live' } })),
  );
  expect(short(notices)).toEqual([
    ['begins', 1],
    ['ends', 2],
    ['begins', 61],
    ['ends', 62],
  ]);
});

test('while the ledger cannot tell, nothing that is counted begins or ends', () => {
  const counts = (minute: number) => (minute >= 5 && minute < 50 ? ('unknown' as const) : { held: minute < 70 ? 51 : 0 });
  const notices = told(
    ruleOf('held: { for: 2m }'),
    looks(90, (minute) => ({ counts: counts(minute) })),
    1000 * MINUTE,
  );
  expect(short(notices)).toEqual([
    ['begins', 2],
    ['ends', 70],
  ]);
});

const deliveries = (sinceMs: number): EngineStatus['deliveries'] => [
  {
    system: systemId('ce'),
    waiting: 1,
    underWay: 0,
    circuit: { state: 'closed', atOnce: 1, failures: 0 },
    behindMs: { [entityName('customer')]: sinceMs },
  },
];
const tallies = (failed: number, written: number, flaps = 0): EngineStatus['tallies'] => ({
  conflicts: { C15: flaps },
  writes: { [systemId('ce')]: { unknown: failed, written } },
  reads: 0,
  commits: 0,
});

const each: readonly (readonly [
  title: string,
  rule: string,
  at: (minute: number) => Parameters<typeof observed>[1],
  words: RegExp,
  begins: number,
])[] = [
  ['a map is not read', 'readLag: {}', () => ({ fno: { upToMs: 0 } }), /^customer of fno was last read 11 min ago/u, 11],
  ['a map was never read', 'readLag: {}', () => ({ fno: { state: 'unreachable' }, isUnread: true }), /^customer of fno/u, 11],
  [
    'a write is not done',
    'deliveryLag: {}',
    () => ({ status: { deliveries: deliveries(0) } }),
    /^A change of customer has been on its way to ce/u,
    11,
  ],
  [
    'writes fail',
    'writesFail: {}',
    (minute) => ({ status: { tallies: tallies(minute, minute * 9) } }),
    /^10% of the writes to ce fail/u,
    11,
  ],
  ['a map drifted', 'map: {}', () => ({ fno: { state: 'drifted' } }), /^customer of fno is drifted/u, 2],
  ['a map is guarded', 'map: { states: [guarded] }', () => ({ fno: { state: 'guarded' } }), /is guarded/u, 2],
  [
    'the ledger waits',
    'ledger: {}',
    () => ({ status: { ledger: { words: 'w', remedy: 'r', sinceMs: 0, code: 'LEDGER_FULL' } } }),
    /^The ledger cannot be written/u,
    1,
  ],
  ['something flaps', 'flapping: {}', (minute) => ({ status: { tallies: tallies(0, 0, minute >= 4 ? 1 : 0) } }), /C15, 1 times/u, 4],
  ['the inbox is full', 'held: { above: 3 }', () => ({ counts: { held: 4 } }), /^4 conflicts wait/u, 60],
];
test.each(each)('%s: it is told', (_title, rule, at, words, begins) => {
  const [first, ...rest] = told(ruleOf(rule), looks(70, at), 1000 * MINUTE).filter(({ what }) => what === 'begins');
  expect(first?.words).toMatch(words);
  expect(first && first.atMs / MINUTE).toBe(begins);
  expect(rest).toEqual([]);
});

test('with nothing amiss, no rule says anything; a map that rests or is listed is not late', () => {
  for (const [, rule] of each)
    expect(
      told(
        ruleOf(rule),
        looks(90, (minute) => ({ fno: minute < 30 ? { state: 'paused', upToMs: 0 } : minute < 60 ? { state: 'listing', upToMs: 0 } : {} })),
      ),
    ).toEqual([]);
});

test('what flapped or failed before the window does not count: it ends', () => {
  const at = (minute: number) => ({ status: { tallies: tallies(minute < 5 ? minute : 5, minute * 2, minute >= 4 ? 1 : 0) } });
  expect(short(told(ruleOf('flapping: {}'), looks(60, at)))).toEqual([
    ['begins', 4],
    ['ends', 19],
  ]);
  expect(short(told(ruleOf('writesFail: { for: 1m }'), looks(60, at))).at(-1)).toEqual(['ends', 14]);
});

test('whatever happens: an end follows a beginning, nothing is repeated within the quiet time, and what begins has held long enough', () => {
  const rule = ruleOf('parked: { for: 4m }');
  const counts = fc.oneof(fc.constant('unknown' as const), fc.record({ parked: fc.integer({ min: 0, max: 1 }) }));
  fc.assert(
    fc.property(fc.array(counts, { maxLength: 60 }), fc.integer({ min: 1, max: 20 }), (history, quiet) => {
      const seen = looks(history.length, (minute) => ({ counts: history[minute] ?? 'unknown' }));
      const notices = told(rule, seen, quiet * MINUTE);
      let [goesOn, lastMs] = [false, -Infinity];
      for (const { what, atMs, sinceMs } of notices) {
        expect(what === 'begins').toBe(!goesOn);
        goesOn = what !== 'ends';
        if (!goesOn) continue;
        expect(atMs - lastMs).toBeGreaterThanOrEqual(quiet * MINUTE);
        lastMs = atMs;
        const held = seen.filter(({ nowMs }) => nowMs >= sinceMs && nowMs <= atMs);
        expect(atMs - sinceMs).toBeGreaterThanOrEqual(rule.for);
        expect(held.every(({ counts: at }) => !at || at.parked > 0)).toBe(true);
      }
      const last = seen.at(-1);
      if (last?.counts?.parked === 0) expect(goesOn).toBe(false);
    }),
    { numRuns: runs(100) },
  );
});

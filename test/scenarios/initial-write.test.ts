import { expect, test } from 'vitest';
import type { Json, JsonObject } from '@concord/core';
import { member, objectsOf, textOf } from '../../packages/adapters/src/shared/json/look.ts';
import { startCommand } from '../server/command.ts';
import { memoryOf } from '../kit/memory-of.ts';
import { numberSet } from '../kit/settings.ts';
import { ceCustomer, fnoCustomer, LOADED_AT } from '../kit/town-tables.ts';
import { differences } from '../kit/town-rows.ts';
import { ask, counted, openTown, ownWrites, untilEqual, type Town } from '../kit/town.ts';
import { until } from '../kit/until.ts';

const CUSTOMERS = numberSet('customers', 400);
/** So many are in one system alone: the first in ce, as many behind the last in finance. */
const ALONE = Math.ceil(CUSTOMERS / 100);
const BOTH = CUSTOMERS - ALONE;
/** Of those that are in both so many, from the end, have another name in each. */
const DIFFERING = Math.min(BOTH, numberSet('differing', BOTH));
/** One that differs, and those that are in one system alone, are written once. */
const WRITTEN = DIFFERING + 2 * ALONE;
const SECOND_MS = 1000;
const END_MS_MAX = 60_000 + CUSTOMERS * 40;
const AT = '/v1/maps/customer/initial-write';
const IS_LONG = CUSTOMERS > 1_000;
/** So many writes to a system are under way at a time, and go in one batch. */
const WRITES_MAX = IS_LONG ? 64 : 8;
/** However many customers there are, the sidecar must do with so much. */
const HEAP_MIB = 512;
/** Whoever asks too often how far it is takes the time to get there. */
const LOOK_EVERY_MS = IS_LONG ? 5_000 : 100;
/** When the sidecar is killed, in shares of what is to be done. A listing that was broken off begins again, which takes its time. */
const KILLED = IS_LONG
  ? ([
      ['read', 0.2],
      ['written', 0.4],
    ] as const)
  : ([
      ['written', 0.2],
      ['written', 0.6],
    ] as const);
/** So many rows are put into a system at a time. */
const LOADED_AT_ONCE = 10_000;
/** Ce refuses the write to this customer, whom both have. */
const REFUSED = `00000000-0000-4000-8000-${String(CUSTOMERS - 1).padStart(12, '0')}`;

test(
  `two systems with ${CUSTOMERS} customers, ${DIFFERING} of them different, come to agree once that is started, over two SIGKILLs; what failed is listed, and taken again alone`,
  { timeout: 4 * END_MS_MAX },
  async () => {
    const town = await openTown(0, {
      customer: ['initial: wait', 'seed: fno'],
      pollMs: 500,
      sweepEveryMs: 600_000,
      writesMax: WRITES_MAX,
      batch: WRITES_MAX,
      heapMib: HEAP_MIB,
    });
    try {
      fill(town);
      const beganMs = Date.now();
      const report: unknown = JSON.parse(await reported(town));
      expect(report).toMatchObject([{ seed: 'fno', pairs: [pairTold()] }]);
      const reportMs = Date.now() - beganMs;

      let sidecar = await town.startOutside();
      expect(await ask(sidecar.url, AT)).toMatchObject({ state: 'kept', remaining: 0, errors: 0 });
      expect([await counted(sidecar.url, 'records'), ownWrites(town.ce), ownWrites(town.fno)], 'nothing before it is started').toEqual([
        0, 0, 0,
      ]);
      const refusal = town.ce.faults.add({
        principal: 'concord',
        method: 'PATCH',
        path: REFUSED,
        action: { kind: 'status', status: 400, words: 'Not him.' },
      });
      const startedMs = Date.now();
      let readMs = 0;
      let rssMibMost = 0;
      const untilThere = async (isThere: (now: Json) => boolean): Promise<void> => {
        await until(
          async () => {
            const [now, { rssMib }] = await Promise.all([ask(sidecar.url, AT), memoryOf(sidecar.url)]);
            rssMibMost = Math.max(rssMibMost, rssMib);
            if (IS_LONG) console.log(told(now, startedMs, rssMib));
            if (textOf(now, 'state') === 'reading') readMs = Date.now() - startedMs;
            return isThere(now) ? undefined : JSON.stringify(objectsOf(now, 'systems'));
          },
          END_MS_MAX,
          LOOK_EVERY_MS,
        );
      };
      expect(await ask(sidecar.url, AT, { by: 'Mia' })).toEqual({ begun: true });
      for (const [what, share] of KILLED) {
        await untilThere((now) => (what === 'read' ? rowsRead(now) >= share * 2 * CUSTOMERS : written(town) >= share * WRITTEN));
        await sidecar.end('SIGKILL');
        if (IS_LONG) console.log(`killed with ${share} of it ${what}`);
        sidecar = await town.startOutside();
      }
      await untilThere((now) => textOf(now, 'state') === 'done');
      const writeMs = Date.now() - startedMs;
      const secondsOf = (ms: number): number => Math.round(ms / SECOND_MS);
      console.log(
        `${CUSTOMERS} customers, ${WRITTEN} to be written: report ${secondsOf(reportMs)} s, reading ${secondsOf(readMs)} s, writing ${secondsOf(writeMs - readMs)} s; the sidecar at most ${rssMibMost} MiB, this process ${Math.round(process.memoryUsage.rss() / 1_048_576)}`,
      );

      expect(await ask(sidecar.url, AT)).toMatchObject({ errors: 1, classes: { 'validation-rejected': 1 }, first: [{ system: 'ce' }] });
      expect(differences(town), 'all but the one that was refused').toHaveLength(1);
      const writes = written(town);
      expect(writes).toBeLessThanOrEqual(WRITTEN + KILLED.length * WRITES_MAX);
      town.ce.faults.clear(refusal);
      expect(await ask(sidecar.url, AT, { by: 'Mia' })).toEqual({ begun: false, retried: 1, more: false });
      await untilEqual(town, sidecar.url, END_MS_MAX);
      expect(written(town), 'only what failed is taken again').toBe(writes + 1);
      expect(await counted(sidecar.url, 'records')).toBe(CUSTOMERS + ALONE);
      expect(await ask(sidecar.url, AT)).toMatchObject({ state: 'done', errors: 0, remaining: 0 });
    } finally {
      await town.close();
    }
  },
);

async function reported({ configFile, env }: Town): Promise<string> {
  const reporting = startCommand(['initial-write', 'report', '--config', configFile, '--entity', 'customer', '--json'], env);
  expect({ status: await reporting.ended, printed: reporting.printed() }).toMatchObject({ status: 0 });
  return reporting.printed();
}

/** Each row was last changed in a second of its own. */
function fill({ ce, fno }: Town): void {
  const inCe = (index: number): JsonObject => {
    const row = ceCustomer(index);
    return index >= CUSTOMERS - DIFFERING || index < ALONE ? { ...row, name: `${String(row['name'])} in ce` } : row;
  };
  const inFno = (index: number): JsonObject => ({
    ...fnoCustomer(index),
    ModifiedDateTime: new Date(Date.parse(LOADED_AT) - index * SECOND_MS).toISOString(),
  });
  for (const from of starts(0, CUSTOMERS)) ce.load({ tables: [], rows: { accounts: rowsFrom(from, CUSTOMERS, inCe) } });
  for (const from of starts(ALONE, CUSTOMERS + ALONE))
    fno.load({ tables: [], rows: { CustomersV3: rowsFrom(from, CUSTOMERS + ALONE, inFno) } });
}

function starts(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.ceil((to - from) / LOADED_AT_ONCE) }, (_, index) => from + index * LOADED_AT_ONCE);
}

function rowsFrom(from: number, to: number, rowOf: (index: number) => JsonObject): readonly JsonObject[] {
  return Array.from({ length: Math.min(LOADED_AT_ONCE, to - from) }, (_, index) => rowOf(from + index));
}

function pairTold() {
  return {
    here: 'fno',
    there: 'ce',
    matched: [BOTH],
    onlyHere: { rows: ALONE },
    onlyThere: { rows: ALONE },
    ambiguous: { rows: 0 },
    equal: BOTH - DIFFERING,
    differing: [{ field: 'name', pairs: DIFFERING, empty: 0 }],
  };
}

function rowsRead(now: Json): number {
  return objectsOf(now, 'systems').reduce((sum, { rows }) => sum + Number(rows), 0);
}

function written({ ce, fno }: Town): number {
  return ownWrites(ce) + ownWrites(fno);
}

function told(now: Json, startedMs: number, rssMib: number): string {
  const sides = objectsOf(now, 'systems').map((side) =>
    ['system', 'rows', 'settled', 'remaining'].map((name) => `${name} ${String(side[name])}`).join(' '),
  );
  const seconds = Math.round((Date.now() - startedMs) / SECOND_MS);
  return `${seconds} s: ${textOf(now, 'state')}; ${sides.join('; ')}; ${String(member(now, 'perSecond'))} a second; ${rssMib} MiB`;
}

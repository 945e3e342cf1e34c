import { expect, test } from 'vitest';
import type { Json } from '@concord/core';
import { member, objectsOf, textOf } from '../../packages/adapters/src/shared/json/look.ts';
import { startCommand } from '../server/command.ts';
import { memoryOf } from '../kit/memory-of.ts';
import { numberSet } from '../kit/settings.ts';
import { ceSeed, fnoSeed } from '../kit/town-tables.ts';
import { differences } from '../kit/town-rows.ts';
import { ask, counted, openTown, ownWrites, untilEqual, type Town } from '../kit/town.ts';
import { until } from '../kit/until.ts';

const CUSTOMERS = numberSet('customers', 400);
/** Of all customers so many, from the end, are in one system alone. */
const ALONE = Math.ceil(CUSTOMERS / 100);
const END_MS_MAX = 60_000 + CUSTOMERS * 40;
const AT = '/v1/maps/customer/initial-write';
const IS_LONG = CUSTOMERS > 1_000;
/** So many writes to a system are under way at a time, and go in one batch. */
const WRITES_MAX = IS_LONG ? 64 : 8;
/** However many customers there are, the sidecar must do with so much. */
const HEAP_MIB = 512;
/** Whoever asks too often how far it is takes the time to get there. */
const LOOK_EVERY_MS = IS_LONG ? 5_000 : 100;
/** Ce refuses the write to this customer, whom both have. */
const REFUSED = `00000000-0000-4000-8000-${String(CUSTOMERS - 1).padStart(12, '0')}`;

test(
  `two systems with ${CUSTOMERS} customers, each different, come to agree once that is started, over two SIGKILLs; what failed is listed, and taken again alone`,
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
      let rssMibMost = 0;
      const untilThere = async (isThere: (now: Json) => boolean): Promise<void> => {
        await until(
          async () => {
            const [now, { rssMib }] = await Promise.all([ask(sidecar.url, AT), memoryOf(sidecar.url)]);
            rssMibMost = Math.max(rssMibMost, rssMib);
            if (IS_LONG) console.log(told(now, startedMs, rssMib));
            return isThere(now) ? undefined : JSON.stringify(objectsOf(now, 'systems'));
          },
          END_MS_MAX,
          LOOK_EVERY_MS,
        );
      };
      expect(await ask(sidecar.url, AT, { by: 'Mia' })).toEqual({ begun: true });
      for (const share of [0.2, 0.6]) {
        await untilThere(() => written(town) >= share * CUSTOMERS);
        await sidecar.end('SIGKILL');
        sidecar = await town.startOutside();
      }
      await untilThere((now) => textOf(now, 'state') === 'done');
      const writeMs = Date.now() - startedMs;
      console.log(
        `report ${reportMs} ms, initial write ${writeMs} ms, of ${CUSTOMERS} customers: ${Math.round((1000 * CUSTOMERS) / writeMs)} a second; at most ${rssMibMost} MiB`,
      );

      expect(await ask(sidecar.url, AT)).toMatchObject({ errors: 1, classes: { 'validation-rejected': 1 }, first: [{ system: 'ce' }] });
      expect(differences(town), 'all but the one that was refused').toHaveLength(1);
      const writes = written(town);
      expect(writes).toBeLessThanOrEqual(CUSTOMERS + ALONE + 2 * WRITES_MAX);
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

/** Every customer has another name in each system; the first ones are in ce alone, as many others in finance alone. */
function fill(town: Town): void {
  const [ce, fno] = [ceSeed(CUSTOMERS), fnoSeed(CUSTOMERS + ALONE)];
  town.ce.load({
    ...ce,
    rows: { accounts: ce.rows?.['accounts']?.map((row) => ({ ...row, name: `${String(row['name'])} in ce` })) ?? [] },
  });
  town.fno.load({ ...fno, rows: { CustomersV3: fno.rows?.['CustomersV3']?.slice(ALONE) ?? [] } });
}

function pairTold() {
  const both = CUSTOMERS - ALONE;
  return {
    here: 'fno',
    there: 'ce',
    matched: [both],
    onlyHere: { rows: ALONE },
    onlyThere: { rows: ALONE },
    ambiguous: { rows: 0 },
    equal: 0,
    differing: [{ field: 'name', pairs: both, empty: 0 }],
  };
}

function written({ ce, fno }: Town): number {
  return ownWrites(ce) + ownWrites(fno);
}

function told(now: Json, startedMs: number, rssMib: number): string {
  const sides = objectsOf(now, 'systems').map((side) =>
    ['system', 'rows', 'settled', 'remaining'].map((name) => `${name} ${String(side[name])}`).join(' '),
  );
  const seconds = Math.round((Date.now() - startedMs) / 1000);
  return `${seconds} s: ${textOf(now, 'state')}; ${sides.join('; ')}; ${String(member(now, 'perSecond'))} a second; ${rssMib} MiB`;
}

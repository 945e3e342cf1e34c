import { readFile } from 'node:fs/promises';
import { startSidecar } from '@concord/server';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { AS_ADMIN } from '../kit/key.ts';
import { counted, openTown, untilEqual, whileApart } from '../kit/town.ts';
import { townConfig } from '../kit/town-config.ts';
import { until } from '../kit/until.ts';

/** In every value that anybody writes here, in keys, and in the words of systems. */
const PLANTED = 'Zanzibarq';
const ACCOUNT = `${PLANTED}1`.toUpperCase();
const LONG_MS = 120_000;

test(
  'through edits, conflicts, refusals, hooks and errors, the log at its finest names records and fields, and not one value',
  { timeout: LONG_MS },
  async () => {
    const town = await openTown(2, { name: 'manual' });
    const lines: string[] = [];
    const told = (words: string) => lines.some((line) => line.includes(`"msg":"${words}"`));
    try {
      await town.anna.addCustomer(ACCOUNT, { name: `${PLANTED} Ltd`, emailaddress1: `a@${PLANTED}.example` });
      const config = townConfig(await readFile(town.configFile, 'utf8'), town.env, town.ledgerFile);
      const { url, ledger, stop } = await startSidecar(config, pino({ level: 'trace' }, { write: (line) => void lines.push(line) }));
      town.hook(url);
      const post = (path: string, body: string) =>
        fetch(`${url}${path}`, { method: 'POST', headers: { ...AS_ADMIN, 'content-type': 'application/json' }, body });

      await untilEqual(town, url);
      await town.ben.edit(ACCOUNT, { SalesMemo: `${PLANTED} memo` });
      await whileApart(town, () =>
        Promise.all([town.anna.edit(ACCOUNT, { name: `${PLANTED} A` }), town.ben.edit(ACCOUNT, { OrganizationName: `${PLANTED} B` })]),
      );
      await until(async () => ((await counted(url, 'held')) === 1 ? undefined : 'no conflict'));

      town.fno.faults.add({
        method: 'PATCH',
        principal: 'concord',
        action: { kind: 'status', status: 400, words: `${PLANTED} is no name` },
      });
      await town.anna.edit(ACCOUNT, { telephone1: `${PLANTED} phone` });
      await until(async () => ((await counted(url, 'parked')) === 1 ? undefined : 'nothing is parked'));
      for (const status of [403, 500]) {
        town.ce.faults.add({
          method: 'GET',
          principal: 'concord',
          times: 6,
          action: { kind: 'status', status, words: `${PLANTED} must not` },
        });
        await until(() => (told(status === 403 ? 'denied' : 'unreachable') ? undefined : `${status} is not told`));
      }

      await post('/hooks/ce', JSON.stringify({ PrimaryEntityName: 'account', PrimaryEntityId: PLANTED, InputParameters: [PLANTED] }));
      await post('/hooks/fno', `{ "${PLANTED}": `);
      await post(`/v1/conflicts/${PLANTED}:resolve?x=${PLANTED}`, JSON.stringify({ value: PLANTED, note: PLANTED }));
      await post('/v1/configuration/validate', JSON.stringify({ configuration: PLANTED, [PLANTED]: PLANTED }));
      await fetch(`${url}/${PLANTED}?${PLANTED}=%ZZ`, { headers: AS_ADMIN });

      // Something breaks over a row, a write and a request; what broke says what it broke over.
      const broken = () => Promise.reject(new TypeError(`cannot read ${PLANTED}\n    at ${PLANTED}`, { cause: new Error(PLANTED) }));
      const { record, linked, commit } = ledger;
      Object.assign(ledger, { record: broken, linked: broken, commit: broken });
      expect((await fetch(`${url}/v1/records/x`, { headers: AS_ADMIN })).status).toBe(500);
      await town.anna.edit(ACCOUNT, { description: `${PLANTED} other` });
      await post('/v1/deliveries:retry', '{}');
      await until(() => (told('map stopped') ? undefined : `nothing broke: ${lines.slice(-5).join('')}`), 20_000);
      Object.assign(ledger, { record, linked, commit });
      await stop();

      expect(lines.filter((line) => line.toLowerCase().includes(PLANTED.toLowerCase()))).toEqual([]);
      expect(lines.some((line) => line.includes('"code":"INTERNAL"') && line.includes('TypeError'))).toBe(true);
    } finally {
      await town.close();
    }
  },
);

import { readFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSeed, startDataverse, startFinops, type Seed } from '@concord/adapters';
import { startSidecar } from '@concord/server';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { writeKeys } from '../kit/key.ts';
import { SECRETS, townConfig } from '../kit/town-config.ts';
import { ask, ownWrites, untilCaughtUp } from '../kit/town.ts';

const example = fileURLToPath(new URL('../../examples/abctextiles', import.meta.url));
const SLOW_MS = 1000;

/** Two example systems that hold the same records, of which one set of one system is slow to be listed. */
test.each([
  { system: 'ce', slow: '/salesorders\\?' },
  { system: 'fno', slow: '/SalesOrderHeadersV2\\?' },
  { system: 'ce', slow: '/accounts\\?' },
  { system: 'fno', slow: '/CustomersV3\\?' },
  { system: 'ce', slow: '/products\\?' },
] as const)(
  'whatever is listed last ($system $slow), the first copy of the example matches every row with its own and makes no second record',
  async ({ system, slow }) => {
    const ce = await startDataverse({ seed: seedOf('dataverse') });
    const fno = await startFinops({ seed: seedOf('finops') });
    const folder = mkdtempSync(join(tmpdir(), 'concord-first-'));
    const env = { ...SECRETS, CE_URL: ce.url, FNO_URL: fno.url };
    const config = townConfig(readFileSync(join(example, 'concord.yaml'), 'utf8'), env, join(folder, 'ledger.db'));
    writeKeys(config.server.keys);
    const before = { ce: ce.rows('salesorderdetails').length, fno: fno.rows('SalesOrderLines').length };
    ({ ce, fno })[system].faults.add({ principal: 'concord', path: slow, times: 1, action: { kind: 'slow', delayMs: SLOW_MS } });
    const sidecar = await startSidecar(
      { ...config, server: { ...config.server, host: '127.0.0.1', port: 0 }, limits: { pollMs: 200 } },
      pino({ level: 'silent' }),
    );
    try {
      await untilCaughtUp(sidecar.url, 20_000);
      expect(await ask(sidecar.url, '/healthz')).toMatchObject({ ledger: { parked: 0, waiting: 0, due: 0 } });
      expect({ ce: ce.rows('salesorderdetails').length, fno: fno.rows('SalesOrderLines').length }).toEqual(before);
      expect([ownWrites(ce), ownWrites(fno)], 'what is equal already is not written').toEqual([0, 0]);
    } finally {
      await sidecar.stop();
      await Promise.all([ce.close(), fno.close()]);
      rmSync(folder, { recursive: true });
    }
  },
);

function seedOf(name: string): Seed {
  return parseSeed(JSON.parse(readFileSync(join(example, 'seed', `${name}.json`), 'utf8')));
}

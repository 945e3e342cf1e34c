import { afterAll, beforeAll, expect, test } from 'vitest';
import { AS_ADMIN } from '../kit/key.ts';
import { until } from '../kit/until.ts';
import { openApi, type Api } from './api-town.ts';

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.town.close());

async function metric(line: string): Promise<number | undefined> {
  const text = await (await fetch(`${api.url}/metrics`, { headers: AS_ADMIN })).text();
  const found = text.split('\n').find((one) => one.startsWith(`${line} `));
  return found === undefined ? undefined : Number(found.slice(line.length));
}

test('what is measured follows what happens', async () => {
  expect([await metric('concord_records'), await metric('concord_conflicts_held'), await metric('concord_ledger_writable')]).toEqual([
    7, 0, 1,
  ]);
  expect(await metric('concord_map_state{system="ce",entity="customer",state="live"}')).toBe(1);
  expect(await metric('concord_map_lag_seconds{system="fno",entity="customer"}')).toBeGreaterThanOrEqual(0);
  expect(await metric('concord_circuit_open{system="ce"}')).toBe(0);
  expect(await metric('concord_ledger_bytes')).toBeGreaterThan(0);
  expect(await metric('concord_delivery_lag_seconds{system="ce",entity="customer"}')).toBe(0);
  const before = (await metric('concord_changes')) ?? 0;
  await api.quarrel('C-00003', { anna: 'Anna Ltd', ben: 'Ben Ltd' });
  await until(async () => ((await metric('concord_conflicts_held')) === 1 ? undefined : 'the conflict is not counted'));
  expect(await metric('concord_changes')).toBeGreaterThan(before);
  expect(await metric('concord_conflicts_total{code="C01"}')).toBe(1);
  await api.quarrel('C-00002', { anna: 'Anna & Co', ben: 'Ben & Co' });
  await until(async () => ((await metric('concord_conflicts_total{code="C01"}')) === 2 ? undefined : 'the second is not counted'));
});

test('no value of a record is told', async () => {
  const text = await (await fetch(`${api.url}/metrics`, { headers: AS_ADMIN })).text();
  expect(text).not.toContain('Ltd');
  expect(text).toContain('concord_nodejs_eventloop_lag_p99_seconds');
});

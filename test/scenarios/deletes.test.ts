import { afterEach, describe, expect, test } from 'vitest';
import { customerIn } from '../kit/town-rows.ts';
import { ask, askList, counted, openTown, untilEqual, whileApart, type Town } from '../kit/town.ts';
import { until } from '../kit/until.ts';

const CUSTOMERS = 5;
const ONE = 'C-00001';

let town: Town;
afterEach(() => town.close());

async function ready(rules: Parameters<typeof openTown>[1]): Promise<string> {
  town = await openTown(CUSTOMERS, rules);
  const { url } = await town.startInside();
  await untilEqual(town, url);
  return url;
}

/** A pair of acts that neither person knew of from the other: one deletes, the other edits. */
const races = [
  {
    deletes: 'anna',
    edits: 'ben',
    act: () => Promise.all([town.anna.remove(ONE), town.ben.edit(ONE, { OrganizationName: 'Still Here Ltd' })]),
  },
  { deletes: 'ben', edits: 'anna', act: () => Promise.all([town.ben.remove(ONE), town.anna.edit(ONE, { name: 'Still Here Ltd' })]) },
] as const;

describe('a customer that only one person touches', () => {
  test.each(['anna', 'ben'] as const)('is deleted everywhere when %s deletes it', async (by) => {
    const url = await ready({});
    await town[by].remove(ONE);
    await until(() => (customerIn(town, ONE).ce === undefined && customerIn(town, ONE).fno === undefined ? undefined : 'still there'));
    await untilEqual(town, url);
    expect(town.ce.rows('accounts')).toHaveLength(CUSTOMERS - 1);
  });

  test.each(['anna', 'ben'] as const)('is deleted everywhere when %s deletes it, even when no hook tells', async (by) => {
    const url = await ready({});
    town.hook(undefined);
    await town[by].remove(ONE);
    await until(() => (customerIn(town, ONE).ce === undefined && customerIn(town, ONE).fno === undefined ? undefined : 'still there'));
    await untilEqual(town, url);
    expect(town.ce.rows('accounts')).toHaveLength(CUSTOMERS - 1);
  });
});

describe.each(races)('a customer that $deletes deletes while $edits edits it', ({ act, edits }) => {
  test('lives on in both systems where updates win', async () => {
    const url = await ready({ delete: 'update-wins' });
    await whileApart(town, act);
    await until(() => (customerIn(town, ONE).ce?.['name'] === customerIn(town, ONE).fno?.['name'] ? undefined : 'not in both'));
    await untilEqual(town, url);
    expect(customerIn(town, ONE).ce?.['name']).toBe('Still Here Ltd');
    expect(customerIn(town, ONE).ce?.['email'], 'what nobody edited is there as well').toBe('c1@example.com');
    expect(await counted(url, 'records')).toBe(CUSTOMERS);
  });

  test('is gone from both systems where deletions win, and the edit is in the history', async () => {
    const url = await ready({ delete: 'delete-wins' });
    await whileApart(town, act);
    await until(() => (customerIn(town, ONE).ce === undefined && customerIn(town, ONE).fno === undefined ? undefined : 'still there'));
    await untilEqual(town, url);
    const [conflict] = await askList(url, '/v1/conflicts?state=settled');
    expect(JSON.stringify(conflict)).toContain('Still Here Ltd');
    expect(conflict).toMatchObject({ code: 'C04', rule: 'delete-wins' });
  });

  test.each(['live', 'deleted'] as const)('waits for a person where deletions are manual, and then it is %s in both', async (ruling) => {
    const url = await ready({ delete: 'manual' });
    await whileApart(town, act);
    await until(async () => ((await counted(url, 'held')) === 1 ? undefined : 'nothing is held'));
    expect([customerIn(town, ONE).ce, customerIn(town, ONE).fno].filter((row) => row !== undefined)).toHaveLength(1);
    const [conflict] = await askList(url, '/v1/conflicts');
    await ask(url, `/v1/conflicts/${String(conflict?.['id'])}/resolve`, { values: { $life: ruling }, by: 'cleo' });
    await until(() => (Boolean(customerIn(town, ONE).ce) === Boolean(customerIn(town, ONE).fno) ? undefined : 'only in one system'));
    await untilEqual(town, url);
    expect(customerIn(town, ONE)[edits === 'anna' ? 'ce' : 'fno']?.['name']).toBe(ruling === 'live' ? 'Still Here Ltd' : undefined);
  });
});

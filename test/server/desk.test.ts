import { memoryLedger } from '@concord/adapters';
import type { Config, LabLedger } from '@concord/core';
import { afterEach, expect, test } from 'vitest';
import { openDesk, type Desk, type DeskLimits } from '../../packages/server/src/beside/desk.ts';
import { ENV, SAMPLE } from '../core/config/sample.ts';
import { configIn } from '../kit/config-in.ts';

const LIMITS: DeskLimits = { name: 'The desk', seconds: 60, megabytes: 256, waiting: 0 };
const desks: Desk[] = [];
afterEach(() => Promise.all(desks.splice(0).map((one) => one.close())));

function desk(limits: Partial<DeskLimits> = {}, ledger: LabLedger = memoryLedger()): Desk {
  const { entities, policies, systems }: Config = configIn(SAMPLE, ENV);
  const opened = openDesk({ config: { entities, policies, systems: Object.keys(systems) } }, ledger, { ...LIMITS, ...limits });
  desks.push(opened);
  return opened;
}

/** A ledger that never comes to an end of telling. */
function endless(): LabLedger {
  return { ...memoryLedger(), records: () => Promise.resolve({ items: [], next: 'more' }) };
}

const prove = (one: Desk, gone?: AbortSignal) => one.work('prove', {}, gone);

test('what is done beside comes back, and so does what it throws', async () => {
  const one = desk();
  expect(await prove(one)).toMatchObject({ records: 0, differ: 0 });
  await expect(one.work('prove', { record: 'none' })).rejects.toMatchObject({ code: 'RECORD_UNKNOWN', params: { record: 'none' } });
  await expect(one.work('replay', { preset: 'none' })).rejects.toMatchObject({ code: 'LAB_PRESET_UNKNOWN' });
});

test('what the ledger throws is thrown beside, and comes back', async () => {
  const broken = { ...memoryLedger(), records: () => Promise.reject(new Error('the disk is gone')) };
  await expect(prove(desk({}, broken))).rejects.toThrow('the disk is gone');
});

test('work that takes too long is ended, the answer says so, and the next has a desk', async () => {
  const ledger = endless();
  const one = desk({ seconds: 8 }, ledger);
  await expect(prove(one)).rejects.toMatchObject({ code: 'WORK_LONG', params: { seconds: 8 } });
  const shape = (text: string) => one.work('validate', { text, variables: Object.keys(ENV) });
  expect(await shape(SAMPLE)).toMatchObject({ valid: true });
});

test('work that needs too much memory is ended, the answer says so, and the next has a desk', async () => {
  const one = desk({ megabytes: 40 });
  const large = `systems:\n${Array.from({ length: 90_000 }, (_, index) => ` s${index}: 1`).join('\n')}`;
  await expect(one.work('validate', { text: large.slice(0, 1_000_000), variables: [] })).rejects.toMatchObject({ code: 'WORK_LARGE' });
  expect(await one.work('validate', { text: 'systems: 1', variables: [] })).toMatchObject({ valid: false });
});

test('one at a time, so many may wait, and more are told so', async () => {
  const one = desk({ waiting: 1 }, endless());
  const gone = new AbortController();
  const asked = [prove(one, gone.signal), prove(one, gone.signal)].map((work) => work.catch((error: unknown) => error));
  await expect(prove(one)).rejects.toMatchObject({ code: 'WORK_BUSY', params: { most: 2 } });
  gone.abort();
  for (const error of await Promise.all(asked)) expect(error).toMatchObject({ code: 'WORK_LEFT' });
  expect(await one.work('validate', { text: '', variables: [] })).toMatchObject({ valid: false });
});

test('who closes a desk ends what lies on it', async () => {
  const one = desk({}, endless());
  const asked = prove(one).catch((error: unknown) => error);
  await one.work('validate', { text: '', variables: [] }).catch(() => undefined);
  await new Promise((resolve) => setImmediate(resolve));
  await one.close();
  expect(await asked).toMatchObject({ code: 'WORK_LEFT' });
});

import { ConcordError } from '@concord/core';
import { expect, test } from 'vitest';
import { openLedgerHealth } from '../../../packages/core/src/engine/ledger-health.ts';
import { clock } from '@concord/server';

function full(): ConcordError {
  return new ConcordError('LEDGER_FULL', { file: 'x.db' }, Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' }));
}

test('a ledger cannot be written until every commit that failed was taken, however many others are', () => {
  const told: (readonly [string, object])[] = [];
  const health = openLedgerHealth(clock, { event: (name, fields) => void told.push([name, fields]) });
  const [large, larger, small] = [{}, {}, {}];
  health.failed(full(), large);
  health.failed(full(), larger);
  health.worked(small);
  health.worked(large);
  expect(health.trouble).toMatchObject({ code: 'LEDGER_FULL' });
  health.worked(larger);
  expect(health.trouble).toBeUndefined();
  expect(told).toEqual([
    ['ledger waits', expect.objectContaining({ code: 'LEDGER_FULL', engine: 'SQLITE_FULL: database or disk is full' })],
    ['ledger can be written again', { forMs: expect.any(Number) }],
  ]);
});

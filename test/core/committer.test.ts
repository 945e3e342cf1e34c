import { memoryLedger } from '@concord/adapters';
import type { Ledger } from '@concord/core';
import { clock } from '@concord/server';
import { expect, test } from 'vitest';
import { openCommitter } from '../../packages/core/src/engine/committer.ts';
import { samplePlan, sampleRecord, sampleId } from '../../packages/core/src/contract/ledger-samples.ts';

test('a plan that the ledger cannot take fails alone: those that wait beside it are committed', async () => {
  const ledger = memoryLedger();
  const bad = sampleId(2);
  /** A ledger on a disk that will not take one of the records. */
  const picky: Ledger = {
    ...ledger,
    commit: async (commit) => {
      if (commit.plans.some(({ record }) => record.id === bad)) throw new Error('this one cannot be written');
      return ledger.commit(commit);
    },
  };
  const committer = openCommitter(picky, clock);
  const ended = await Promise.allSettled([1, 2, 3].map((number) => committer.plan(samplePlan(sampleRecord(sampleId(number), 1)))));
  expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect((await ledger.counts()).records).toBe(2);
});

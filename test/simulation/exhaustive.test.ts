import * as core from '@concord/core';
import { expect, test, vi } from 'vitest';
import { LONG_MS, runs } from '../kit/runs.ts';
import { crashEverywhere, failEverywhere, ORDINARY } from './exhaustive.ts';

vi.setConfig({ testTimeout: LONG_MS });

/** A quick run looks at some of the points, a full one (CONCORD_RUNS=100) at each. */
const EVERY = 500;
const stride = runs(1) >= 100 ? 1 : Math.floor(EVERY / runs(1));

for (const ordinary of ORDINARY) {
  test(`${ordinary.name}: it may die wherever it waits`, async () => {
    const { found } = await crashEverywhere(core, ordinary, stride);
    expect(found).toEqual([]);
  });

  test(`${ordinary.name}: any call may fail in any way`, async () => {
    const { found } = await failEverywhere(core, ordinary, Math.max(1, Math.floor(stride / 2)));
    expect(found).toEqual([]);
  });
}

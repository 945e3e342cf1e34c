import { systemLaws } from '@concord/core/contract';
import { afterEach, describe, expect, test } from 'vitest';
import { dataverseRig, finopsRig, memoryRig } from './systems-rigs.ts';
import type { Built } from './systems-rigs.ts';

const kinds: Readonly<Record<string, () => Promise<Built>>> = {
  memory: memoryRig,
  dataverse: dataverseRig,
  'finops, stale is 412': () => finopsRig({ staleAs: '412', feed: 'sweep', concurrency: 'etag' }),
  'finops, stale is 409, by modification time': () => finopsRig({ staleAs: '409', feed: 'modified', concurrency: 'etag' }),
  'finops, stale is a text under 400, verified': () => finopsRig({ staleAs: '400', feed: 'modified', concurrency: 'verify-after-write' }),
};

let built: Built | undefined;

afterEach(async () => {
  await built?.close();
  built = undefined;
});

describe.each(Object.entries(kinds))('%s', (_kind, build) => {
  test.each(systemLaws.map((law) => [law.law, law] as const))('%s', async (_title, law) => {
    built = await build();
    await expect(law.run(built.rig)).resolves.toBeUndefined();
  });
});

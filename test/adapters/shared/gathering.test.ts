import { afterEach, expect, test } from 'vitest';
import { entityName, keyOf, systemId, type Outcome, type System } from '@concord/core';
import { startDataverse } from '../../../packages/adapters/src/emulators/index.ts';
import { dataverse } from '../../../packages/adapters/src/systems/dataverse/dataverse.ts';
import { secret } from '../../../packages/adapters/src/shared/tokens/secret.ts';
import { ceSeed } from '../../kit/town-tables.ts';

const ROWS = 20;
const CUSTOMER = entityName('customer');
const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function opened(batch: number) {
  const emulator = await startDataverse({ seed: ceSeed(ROWS) });
  const auth = { token: `${emulator.url}/oauth2/v2.0/token`, client: 'concord', secret: secret('concord-secret') };
  const system = dataverse(
    { url: emulator.url, auth, pageRows: 100, timeoutMs: 5000, batch },
    {
      id: systemId('ce'),
      bindings: [{ entity: CUSTOMER, set: 'accounts', columns: ['accountnumber', 'name'], where: {}, constants: {} }],
    },
  );
  cleanups.push(
    () => emulator.close(),
    () => system.close(),
  );
  const versions = await versionsIn(system);
  const requests = (): number => emulator.stats().principals['concord']?.requests ?? 0;
  return { emulator, system, versions, requests, before: requests() };
}

async function versionsIn(system: System) {
  const pull = await system.changes(CUSTOMER, undefined);
  if (pull.kind !== 'page') throw new Error(pull.kind);
  return pull.sightings.flatMap((sighting) => (sighting.kind === 'row' ? [sighting.row] : []));
}

function renamed({ system, versions }: Awaited<ReturnType<typeof opened>>, stale: number): Promise<readonly Outcome[]> {
  return Promise.all(
    versions.map(({ key, version }, index) =>
      system.write({
        kind: 'update',
        entity: CUSTOMER,
        key,
        expected: index === stale ? (versions[index + 1]?.version ?? version) : version,
        columns: { name: `New ${index}` },
        tag: `t${index}`,
      }),
    ),
  );
}

test('writes and reads that are asked for together go in few requests, and each is answered by itself', async () => {
  const rig = await opened(8);
  const outcomes = await renamed(rig, 3);
  expect(outcomes.map(({ kind }) => kind)).toEqual(versionsWith(3, 'stale'));
  expect(outcomes[4]).toMatchObject({ key: rig.versions[4]?.key, columns: { name: 'New 4', accountnumber: 'C-00004' } });
  // Three batches of writes, and a read of the one that was stale, which goes by itself.
  expect(rig.requests() - rig.before).toBe(4);
  const reads = await Promise.all(
    [...rig.versions.map(({ key }) => key), keyOf('00000000-0000-4000-8000-999999999999')].map((key) => rig.system.read(CUSTOMER, key)),
  );
  expect(reads.map((read) => (read.kind === 'row' ? read.row.columns['name'] : read.kind))).toEqual(
    rig.versions.map((_, index) => (index === 3 ? 'Customer 3' : `New ${index}`)).concat('missing'),
  );
  expect(rig.requests() - rig.before).toBe(7);
});

test('when a batch is not answered, nobody knows of any write in it whether it was made; none is made twice', async () => {
  const rig = await opened(100);
  const rule = rig.emulator.faults.add({ principal: 'concord', path: '\\$batch', action: { kind: 'dropAfter' } });
  expect(new Set((await renamed(rig, -1)).map(({ kind }) => kind))).toEqual(new Set(['unknown']));
  rig.emulator.faults.clear(rule);
  expect(rig.emulator.rows('accounts').map((row) => row['name'])).toEqual(rig.versions.map((_, index) => `New ${index}`));
  expect(new Set((await renamed(rig, -1)).map(({ kind }) => kind))).toEqual(new Set(['stale']));
});

test('a batch that the service is too busy for is throttled as a whole, and one of its parts by itself', async () => {
  const rig = await opened(100);
  const whole = rig.emulator.faults.add({ principal: 'concord', path: '\\$batch', action: { kind: 'throttled', retryAfterSeconds: 7 } });
  expect(new Set((await renamed(rig, -1)).map((outcome) => JSON.stringify(outcome)))).toEqual(
    new Set([JSON.stringify({ kind: 'throttled', retryAfterMs: 7000 })]),
  );
  rig.emulator.faults.clear(whole);
  rig.emulator.faults.add({ principal: 'concord', path: '000000000005\\)', action: { kind: 'throttled', retryAfterSeconds: 7 } });
  expect((await renamed(rig, -1)).map(({ kind }) => kind)).toEqual(versionsWith(5, 'throttled'));
});

function versionsWith(at: number, kind: Outcome['kind']): readonly Outcome['kind'][] {
  return Array.from({ length: ROWS }, (_, index) => (index === at ? kind : 'written'));
}

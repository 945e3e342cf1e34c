import type { Json } from '@concord/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isObject, member, objectsOf, textOf } from '../../packages/adapters/src/shared/json/look.ts';
import { AS_ADMIN } from '../kit/key.ts';
import { openPulse, type Pulse } from '../kit/pulse.ts';
import { LONG_MS } from '../kit/runs.ts';
import type { SidecarProcess } from '../kit/sidecar-process.ts';
import { ask, openTown, untilEqual, type Town } from '../kit/town.ts';

const CUSTOMERS = 7;
const BODY_BYTES_MAX = 1_048_576;
/** Nobody is kept from hearing that the sidecar lives for longer, whatever it is asked. */
const SILENT_MS_MAX = 1_000;

let town: Town;
let sidecar: SidecarProcess;
let pulse: Pulse;
beforeAll(async () => {
  town = await openTown(CUSTOMERS);
  sidecar = await town.startOutside();
  await untilEqual(town, sidecar.url);
  pulse = openPulse(sidecar.url);
}, 2 * LONG_MS);
afterAll(async () => {
  await pulse.stop();
  await town.close();
});

/** What fills a body up to its limit. `wrap` puts a value where the route takes anything. */
const FILLINGS: readonly (readonly [string, (bytes: number) => string])[] = [
  ['a long text', (bytes) => JSON.stringify('x'.repeat(bytes))],
  ['many names', (bytes) => `{${many(bytes / 13, (index) => `"n${index}":1`)}}`],
  ['many texts', (bytes) => `[${many(bytes / 12, (index) => `"n${index}"`)}]`],
  ['many numbers', (bytes) => `[${'1,'.repeat(bytes / 2)}1]`],
  ['deep brackets', (bytes) => '['.repeat(bytes / 2) + ']'.repeat(bytes / 2)],
  ['half a text', (bytes) => `"${'\\u0041'.repeat(bytes / 6)}`],
  [
    'policies for every name',
    (bytes) => `{"policies":{"entities":{"customer":{"fields":{${many(bytes / 30, (index) => `"n${index}":{"policy":"x"}`)}}}}}}`,
  ],
  [
    'a policy with every name',
    (bytes) =>
      `{"policies":{"entities":{"customer":{"fields":{"name":{"policy":{"prefer":[${many(bytes / 12, (index) => `"n${index}"`)}]}}}}}}}`,
  ],
  [
    'a policy within a policy',
    (bytes) =>
      `{"policies":{"entities":{"customer":{"fields":{"name":{"policy":${'{"when":{"then":'.repeat(bytes / 32)}1${'}}'.repeat(bytes / 32)}}}}}}}`,
  ],
  [
    'a configuration of entities',
    (bytes) => JSON.stringify({ configuration: `systems: {}\nentities:\n${many(bytes / 16, (index) => `  e${index}: {}`, '\n')}` }),
  ],
  ['a configuration of commas', (bytes) => JSON.stringify({ configuration: `[${','.repeat(bytes / 2)}` })],
  ['a configuration of one name', (bytes) => JSON.stringify({ configuration: 'a: 1\n'.repeat(bytes / 7) })],
];
const BYTES = [0, 120_000, BODY_BYTES_MAX - 2_000];

function many(count: number, one: (index: number) => string, between = ','): string {
  return Array.from({ length: Math.floor(count) }, (_, index) => one(index)).join(between);
}

/** A body in which one member of what the route takes is filled, so that it passes as much of the door as it can. */
function bodiesFor(schema: Json | undefined, fill: (bytes: number) => string, bytes: number): readonly string[] {
  const properties = member(schema, 'properties');
  const filled = fill(bytes);
  const inside = Object.keys(isObject(properties) ? properties : {}).map((name) => `{${JSON.stringify(name)}:${filled}}`);
  return [filled, ...inside.slice(0, 2)];
}

async function send(method: string, path: string, body: string): Promise<number> {
  const answer = await fetch(`${sidecar.url}${path}`, { method, headers: { ...AS_ADMIN, 'content-type': 'application/json' }, body }).catch(
    () => undefined,
  );
  // Whoever sends more than is read may find the door shut before the answer.
  if (!answer) return 413;
  await answer.text();
  return answer.status;
}

test('whatever is sent to a route, up to its limit and beyond, everybody else is served meanwhile', { timeout: 20 * LONG_MS }, async () => {
  const paths = member(await ask(sidecar.url, '/openapi.json'), 'paths');
  const routes = Object.entries(isObject(paths) ? paths : {}).flatMap(([path, methods]) =>
    isObject(methods) && methods['post'] !== undefined ? [[path, methods['post']] as const] : [],
  );
  expect(routes.length).toBeGreaterThan(15);
  for (const [path, told] of routes) {
    const schema = member(member(member(member(told, 'requestBody'), 'content'), 'application/json'), 'schema');
    const url = path.replaceAll(/\{(\w+)\}/gu, (_all, name: string) => ({ system: 'ce', entity: 'customer' })[name] ?? 'none');
    // Copies of the whole ledger are made one at a time, and would fill the folder.
    for (const [filling, fill] of url === '/v1/backups' ? [] : FILLINGS)
      for (const bytes of BYTES) {
        const bodies = bodiesFor(schema, fill, bytes);
        const statuses = await Promise.all(bodies.map((body) => send('POST', url, body)));
        expect(
          statuses.filter((status) => status >= 500 && status !== 503),
          `${url} with ${filling} of ${bytes}`,
        ).toEqual([]);
        expect(pulse.longest() ?? 0, `how long nobody was answered: ${url} with ${filling} of ${bytes}`).toBeLessThan(SILENT_MS_MAX);
      }
  }
});

test(
  'nor does a long address, a long list of filters, or a crowd in the laboratory keep anybody waiting',
  { timeout: 4 * LONG_MS },
  async () => {
    const [record] = objectsOf(await ask(sidecar.url, '/v1/records'), 'items');
    const get = (path: string) =>
      fetch(`${sidecar.url}${path}`, { headers: AS_ADMIN }).then(async (answer) => [answer.status, await answer.text()]);
    const paths = [
      `/v1/records?system=fno&key=${'x'.repeat(10_000)}`,
      `/v1/stream?${'entity=x&'.repeat(1_000)}`,
      `/v1/records/${textOf(record, 'id') ?? ''}/history`,
      ...['lint', 'forecast', 'suggest', 'prove'].map((what) => `/v1/lab/${what}`),
    ];
    const asked = [...paths, ...paths, ...paths].map((path) => get(path));
    const replays = Array.from({ length: 20 }, () => send('POST', '/v1/lab/replay', '{"preset":"dual-write"}'));
    expect((await Promise.all(asked)).filter(([status]) => Number(status) >= 500)).toEqual([]);
    expect((await Promise.all(replays)).filter((status) => status >= 500)).toEqual([]);
    expect(pulse.longest() ?? 0).toBeLessThan(SILENT_MS_MAX);
  },
);

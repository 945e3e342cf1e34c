/**
 * How long an edit takes from one system to the other, as people meet it: two emulated systems and the sidecar, each a process of its own,
 * with hooks on, and the example's own configuration. From the moment in which a system acknowledges an edit to the moment in which the
 * other one has the value.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';
import { startCommand } from './latency/command.mjs';
import { listen } from './latency/listener.mjs';
import { seeds } from './latency/seeds.mjs';
import { report } from './latency/report.mjs';
import { signIn } from './latency/people.mjs';

const edits = Number(process.env.EDITS ?? 1000);
const perSecond = Number(process.env.RATE ?? 50);
const customers = Number(process.env.CUSTOMERS ?? 2000);
const seed = Number(process.env.SEED ?? 20_261);
const END_MS_MAX = 60_000;

const example = fileURLToPath(new URL('../../examples/abctextiles', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'concord-latency-'));
const running = [];

try {
  const files = seeds({ example, folder, customers });
  const ce = await start(['emulate', 'dataverse', '--seed', files.dataverse], /emulated at (http:\S+)/);
  const fno = await start(['emulate', 'finops', '--seed', files.finops], /emulated at (http:\S+)/);
  await post(`${ce}/admin/settings`, { requestsMax: 1_000_000 });
  const config = join(folder, 'concord.yaml');
  writeFileSync(config, readFileSync(join(example, 'concord.yaml'), 'utf8').replace('port: 8085', 'port: 0'));
  const env = { CE_URL: ce, FNO_URL: fno, CE_SECRET: 'concord-secret', FNO_SECRET: 'concord-secret' };
  const sidecar = await start(['run', '--config', config], /"url":"(http:[^"]+)","ledger"/, env);
  const key = await start(['keys', 'add', '--config', config, '--name', 'bench'], /(concord_\S+)/, env);
  const arrivals = await listen();
  for (const [name, url] of Object.entries({ ce, fno })) {
    await post(`${url}/admin/hooks`, { url: `${sidecar}/hooks/${name}` });
    await post(`${url}/admin/hooks`, { url: `${arrivals.url}/${name}`, set: name === 'ce' ? 'accounts' : 'CustomersV3' });
  }
  await untilQuiet(sidecar, key);
  console.log(`${customers} customers are mirrored; ${edits} edits, ${perSecond} a second, in either direction.`);
  const acknowledged = await makeEdits({ ce: await signIn(ce, 'anna'), fno: await signIn(fno, 'ben') });
  const endMs = Date.now() + END_MS_MAX;
  while (arrivals.many(acknowledged) < edits && Date.now() < endMs) await wait(50);
  arrivals.close();
  report(acknowledged, arrivals);
} finally {
  for (const child of running) await child.end();
  rmSync(folder, { recursive: true, force: true });
}

async function start(args, ready, env = {}) {
  const child = await startCommand(args, ready, env);
  running.unshift(child);
  return child.found;
}

async function post(url, body) {
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
}

/** Everything is read, and nothing is left to write but what waits for something else. */
async function untilQuiet(sidecar, key) {
  const sinceMs = Date.now();
  for (;;) {
    const { maps, deliveries, ledger } = await (await fetch(`${sidecar}/healthz`, { headers: { authorization: `Bearer ${key}` } })).json();
    const queued = deliveries.reduce((sum, { waiting, underWay }) => sum + waiting + underWay, 0);
    if (maps.every(({ state, upToMs }) => state === 'live' && upToMs >= sinceMs) && ledger.due === 0 && queued === ledger.waiting) return;
    if (Date.now() - sinceMs > END_MS_MAX) throw new Error(`the first copy does not end: ${JSON.stringify({ maps, deliveries, ledger })}`);
    await wait(100);
  }
}

/** One edit after another by the clock, whether or not the ones before were answered: a slow system does not slow people down. */
async function makeEdits(people) {
  let state = seed;
  const chance = () => (state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7f_ff_ff_ff) / 0x80_00_00_00;
  const startMs = Date.now();
  const acknowledged = new Map();
  const under = [];
  for (let number = 0; number < edits; number += 1) {
    await wait(Math.max(0, startMs + (number * 1000) / perSecond - Date.now()));
    const from = chance() < 0.5 ? 'ce' : 'fno';
    const name = `Edit ${number} of ${seed}`;
    under.push(people[from](number % customers, name).then((atMs) => acknowledged.set(name, { from, atMs })));
  }
  await Promise.all(under);
  return acknowledged;
}

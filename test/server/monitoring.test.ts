import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AS_ADMIN } from '../kit/key.ts';
import { openApi, type Api } from './api-town.ts';

const DEPLOY = join(import.meta.dirname, '../../deploy');
const METRIC = /\bconcord_[a-z0-9_]+/gu;
const FILES = ['prometheus/alerts.yaml', 'prometheus/alerts.test.yaml', 'grafana/dashboard.json'];

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.town.close());

test.each([...FILES.map((file) => join(DEPLOY, file)), join(DEPLOY, '../docs/operations.md')])(
  '%s speaks of metrics that there are',
  async (file) => {
    const told = await (await fetch(`${api.url}/metrics`, { headers: AS_ADMIN })).text();
    const known = new Set([...told.matchAll(/^# TYPE (\S+)/gmu)].map(([, name]) => name));
    const named = [...new Set(readFileSync(file, 'utf8').match(METRIC))];
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  },
);

const isHere = spawnSync('promtool', ['--version']).status === 0;

test.skipIf(!isHere)('the rules for alerts do what they say (needs promtool)', () => {
  const tool = (...args: readonly string[]) => spawnSync('promtool', args, { encoding: 'utf8', cwd: join(DEPLOY, 'prometheus') });
  const checked = tool('check', 'rules', 'alerts.yaml');
  expect(checked.stdout + checked.stderr).toContain('SUCCESS');
  const tried = tool('test', 'rules', 'alerts.test.yaml');
  expect(tried.stdout + tried.stderr).toContain('SUCCESS');
  expect([checked.status, tried.status]).toEqual([0, 0]);
});

test('every rule for an alert is tried, and says what to do', () => {
  const rules = readFileSync(join(DEPLOY, 'prometheus/alerts.yaml'), 'utf8').split('- alert: ').slice(1);
  const tries = readFileSync(join(DEPLOY, 'prometheus/alerts.test.yaml'), 'utf8');
  const names = rules.map((rule) => /^\w+/u.exec(rule)?.[0] ?? '');
  expect(names.length).toBeGreaterThan(8);
  for (const name of names) expect(tries).toMatch(new RegExp(`alertname: ${name}\\n\\s+exp_alerts:`, 'u'));
  for (const rule of rules) expect(rule).toMatch(/\n {10}action: \S/u);
});

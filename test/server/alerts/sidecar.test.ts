import { readFile, writeFile } from 'node:fs/promises';
import { entityName, systemId } from '@concord/core';
import { startSidecar } from '@concord/server';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { AS_ADMIN } from '../../kit/key.ts';
import { runInside } from '../../kit/run-inside.ts';
import { openTown } from '../../kit/town.ts';
import { townConfig } from '../../kit/town-config.ts';
import { until } from '../../kit/until.ts';
import { openReceiver } from './receiver.ts';

const alertsYaml = (port: number): string => `alerts:
  destinations:
    hook: { webhook: { url: "http://localhost:${port}/in", secret: "\${ALERTS_SECRET}", allowPrivate: true } }
    closed: { teams: { url: "\${TEAMS_URL}" } }
  every: 1s
  rules: [{ map: { states: [paused], for: 0s } }]
`;

test('a sidecar tells that a map rests, and that it goes on; one that takes nothing is counted; and the command line sends a test', async () => {
  const [town, receiver] = [await openTown(1), await openReceiver()];
  try {
    const env = {
      ...town.env,
      ALERTS_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
      TEAMS_URL: `https://localhost:${receiver.port}`,
    };
    const yaml = `${await readFile(town.configFile, 'utf8')}${alertsYaml(receiver.port)}`;
    await writeFile(town.configFile, yaml);
    const sidecar = await startSidecar(townConfig(yaml, env, town.ledgerFile), pino({ level: 'silent' }));
    try {
      const whats = () =>
        receiver.received.map(({ body }) => /"what":"([\w-]+)","on":"map".*"system":"ce","entity":"customer"/u.exec(body)?.[1]);
      const pause = (act: 'pause' | 'resume') => sidecar.engine.pause(systemId('ce'), entityName('customer'), { act, by: 'Ann' });
      await pause('pause');
      await until(() => (whats().includes('begins') ? undefined : 'it does not begin'));
      await pause('resume');
      await until(() => (whats().includes('ends') ? undefined : 'it does not end'));
      const metrics = await (await fetch(`${sidecar.url}/metrics`, { headers: AS_ADMIN })).text();
      expect(metrics).toContain('concord_alerts_sent_total{destination="hook"} 2');
      expect(metrics).toMatch(/concord_alerts_failed_total\{destination="closed"\} [1-9]/u);
    } finally {
      await sidecar.stop();
    }
    const one = await runInside(['alerts', 'test', '--config', town.configFile, '--to', 'hook'], env);
    expect(one).toEqual({ status: 0, printed: 'hook: sent\n' });
    expect(receiver.received.at(-1)?.body).toContain('This is a test of alerts.');
    const all = await runInside(['alerts', 'test', '--config', town.configFile], env);
    expect([all.status, all.printed]).toEqual([1, expect.stringMatching(/closed: not sent: localhost leads to (127|::1).*allowPrivate/u)]);
    const checked = await runInside(['check', town.configFile], { ...env, ALERTS_SECRET: 'not one' });
    expect([checked.status, checked.printed]).toEqual([
      1,
      expect.stringMatching(/concord\.yaml:\d+:\d+ {2}The variable does not hold whsec_/u),
    ]);
    const nobody = await runInside(['alerts', 'test', '--config', town.configFile, '--to', 'hok'], env);
    expect([nobody.status, nobody.printed]).toEqual([1, 'There is no destination "hok"; there are hook, closed.\n']);
  } finally {
    await Promise.all([town.close(), receiver.close()]);
  }
});

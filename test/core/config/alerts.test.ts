import { parseConfig } from '@concord/core';
import { expect, test } from 'vitest';
import { ENV, SAMPLE } from './sample.ts';

const parse = (alerts: string) => parseConfig(`${SAMPLE}alerts: ${alerts}\n`, { file: 'concord.yaml', env: { ...ENV, SECRET: 'x' } });
const HOOK = 'hook: { webhook: { url: "https://example.com", secret: "${SECRET}" } }';

test('without rules, each condition is watched with its defaults', () => {
  const parsed = parse(`{ destinations: { ${HOOK} } }`);
  const alerts = parsed.kind === 'ok' ? parsed.config.alerts : undefined;
  expect(alerts).toMatchObject({ everyMs: 15_000, quietMs: 3_600_000 });
  expect(alerts?.destinations).toEqual({ hook: { kind: 'webhook', url: 'https://example.com', secret: 'x', allowPrivate: false } });
  expect(alerts?.rules.map(({ on }) => on)).toEqual([
    'readLag',
    'deliveryLag',
    'writesFail',
    'held',
    'parked',
    'map',
    'flapping',
    'ledger',
  ]);
  expect(alerts?.rules[0]).toEqual({ on: 'readLag', above: 300_000, for: 300_000, severity: 'warning' });
});

const wrong: readonly (readonly [title: string, alerts: string, words: string])[] = [
  [
    'a secret in the file',
    '{ destinations: { a: { webhook: { url: "https://example.com", secret: whsec_abc } } } }',
    'a secret does not belong in the file',
  ],
  [
    'a Teams address in the file',
    '{ destinations: { a: { teams: { url: "https://example.com" } } } }',
    'a secret does not belong in the file',
  ],
  ['no destination', '{ destinations: {} }', 'There is no destination.'],
  [
    'two kinds at once',
    `{ destinations: { a: { teams: { url: "\${SECRET}" }, webhook: { url: x, secret: "\${SECRET}" } } } }`,
    'exactly one of webhook, teams, email',
  ],
  ['an unknown rule', `{ destinations: { ${HOOK} }, rules: [{ readLagg: {} }] }`, '"readLagg" is not known here.'],
  [
    'an unknown destination of a rule',
    `{ destinations: { ${HOOK} }, rules: [{ parked: { to: [hok] } }] }`,
    'There is no destination "hok".',
  ],
  ['a bad length of time', `{ destinations: { ${HOOK} }, every: 1ms }`, 'from 1s to 1h'],
  [
    'a password without TLS',
    '{ destinations: { a: { email: { host: h, tls: none, user: u, password: "${SECRET}", from: f, to: [t] } } } }',
    'Without TLS',
  ],
  [
    'a user without a password',
    '{ destinations: { a: { email: { host: h, user: u, from: f, to: [t] } } } }',
    '"user" and "password" go together.',
  ],
];
test.each(wrong)('%s is refused with words', (_title, alerts, words) => {
  const parsed = parse(alerts);
  expect(parsed.kind === 'faults' ? parsed.faults.map(({ text }) => text).join('\n') : 'it was taken').toContain(words);
});

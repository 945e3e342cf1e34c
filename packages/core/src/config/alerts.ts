import { z } from 'zod';
import { duration } from '../policy/duration.ts';
import { block } from '../policy/spec.ts';
import type { Path } from './fault.ts';
import { suggest } from './near.ts';
import { checkName } from './names.ts';
import { membersOf, openReading, type Reading } from './reading.ts';
import { PORT_MAX, secretShape } from './shapes.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const TEXT_CHARS_MAX = 256;
const RECIPIENTS_MAX = 20;
const RULES_MAX = 100;
const COUNT_MAX = 1_000_000_000;

/** States of a map that may be told; `kept`, `starting`, `listing` and `live` are what is expected. */
const TOLD_STATES = ['stopped', 'guarded', 'put-back', 'drifted', 'denied', 'unreachable', 'throttled', 'pressed', 'paused'] as const;
const SEVERITIES = ['warning', 'critical'] as const;

const words = z.string().min(1).max(TEXT_CHARS_MAX);
const allowPrivate = z
  .boolean()
  .default(false)
  .describe('true: the address may be a private one, such as 10.0.0.7 or localhost. Otherwise it is refused.');
const port = z.int().min(1).max(PORT_MAX);

const destinationShape = block({
  webhook: block({
    url: words.describe('Where it is posted to, as an http or https address.'),
    secret: secretShape.describe('What it is signed with, as a variable that holds whsec_<base64>.'),
    allowPrivate,
  })
    .optional()
    .describe('A webhook, signed as Standard Webhooks says.'),
  teams: block({ url: secretShape.describe('The address of the incoming webhook, as a variable: who has it may post.'), allowPrivate })
    .optional()
    .describe('A card in a channel of Microsoft Teams.'),
  email: block({
    host: words.describe('The mail server.'),
    port: port.default(587),
    tls: z.enum(['always', 'starttls', 'none']).default('starttls').describe('starttls: refused where the server does not offer it.'),
    user: words.optional(),
    password: secretShape.optional().describe('As a variable.'),
    from: words,
    to: z.array(words).min(1).max(RECIPIENTS_MAX),
    allowPrivate,
  })
    .optional()
    .describe('An e-mail.'),
}).describe('Where alerts go: one of webhook, teams, email.');

/** What every rule has, with a length of time and a severity of its own. */
const common = (forWords: string, severity: (typeof SEVERITIES)[number]) => ({
  for: duration.prefault(forWords).describe(`It must hold for so long; default ${forWords}.`),
  severity: z.enum(SEVERITIES).default(severity),
  to: z.array(words).min(1).optional().describe('Destinations, by name; default all.'),
});
const aboveCount = (most: number) => z.int().min(0).max(COUNT_MAX).default(most).describe(`More than so many; default ${most}.`);
const window = (text: string) =>
  duration.refine((ms) => ms >= MINUTE_MS && ms <= DAY_MS, 'Expected a length of time from 1m to 24h').prefault(text);

const ruleShape = block({
  readLag: block({ above: duration.prefault('5m'), ...common('5m', 'warning') })
    .optional()
    .describe('A map was last read longer ago than that.'),
  deliveryLag: block({ above: duration.prefault('5m'), ...common('5m', 'warning') })
    .optional()
    .describe('A write has been planned and not done for longer than that.'),
  writesFail: block({
    above: z.number().min(0).max(1).default(0.05).describe('More than this share of the writes to a system.'),
    within: window('10m'),
    ...common('10m', 'warning'),
  })
    .optional()
    .describe('Writes to a system are refused or not answered.'),
  held: block({ above: aboveCount(50), ...common('1h', 'warning') })
    .optional()
    .describe('Conflicts that wait for a person.'),
  parked: block({ above: aboveCount(0), ...common('15m', 'warning') })
    .optional()
    .describe('Writes that were refused and wait for a person.'),
  map: block({
    states: z.array(z.enum(TOLD_STATES)).min(1).default(['stopped', 'guarded', 'put-back', 'drifted', 'denied']),
    ...common('2m', 'critical'),
  })
    .optional()
    .describe('A map is in one of these states.'),
  flapping: block({ above: aboveCount(0), within: window('15m'), ...common('0s', 'warning') })
    .optional()
    .describe('Something sets a field again and again, and a rule turns it away (C15).'),
  ledger: block({ ...common('1m', 'critical') })
    .optional()
    .describe('The ledger cannot be written, so everything waits.'),
}).describe('One condition, with its thresholds.');

export const alertsShape = block({
  destinations: z.record(z.string(), destinationShape).describe('By name.'),
  rules: z.array(ruleShape).min(1).max(RULES_MAX).optional().describe('Absent: each of them once, as it is by default.'),
  every: duration
    .refine((ms) => ms >= 1000 && ms <= HOUR_MS, 'Expected a length of time from 1s to 1h')
    .prefault('15s')
    .describe('How often it is looked; default 15s.'),
  quiet: duration
    .refine((ms) => ms >= MINUTE_MS && ms <= DAY_MS, 'Expected a length of time from 1m to 24h')
    .prefault('1h')
    .describe('So long the same alert is not told again; default 1h.'),
}).describe('Who is told when something needs a person.');

type Filled<Shape> = { readonly [Key in keyof Shape]-?: NonNullable<Shape[Key]> };
type Shapes = Filled<z.output<typeof ruleShape>>;
type Destinations = Filled<z.output<typeof destinationShape>>;

/** One condition of which somebody is told, with its thresholds. */
export type AlertRule = { readonly [On in keyof Shapes]: { readonly on: On } & Shapes[On] }[keyof Shapes];

/** Where alerts go. Holds secrets: not for logs or answers. */
export type DestinationConfig = { readonly [Kind in keyof Destinations]: { readonly kind: Kind } & Destinations[Kind] }[keyof Destinations];

export interface AlertsConfig {
  /** By name. */
  readonly destinations: Readonly<Record<string, DestinationConfig>>;
  readonly rules: readonly AlertRule[];
  /** How often it is looked. */
  readonly everyMs: number;
  /** So long the same alert is not told again. */
  readonly quietMs: number;
}

/** `undefined` where no alerts are configured, and after a complaint. */
export function readAlerts(reading: Reading, raw: unknown): AlertsConfig | undefined {
  if (raw === undefined) return undefined;
  const read = reading.read(alertsShape, raw, ['alerts']);
  if (!read) return undefined;
  const names = Object.keys(read.destinations);
  if (names.length === 0) reading.wrong(['alerts', 'destinations'], 'There is no destination.', 'Add one, or leave out alerts.', 'key');
  for (const name of names) reading.complain(checkName('destination', ['alerts', 'destinations', name]));
  const destinations = names.flatMap((name) => {
    const one = destinationOf(reading, read.destinations[name] ?? {}, ['alerts', 'destinations', name]);
    return one ? [[name, one] as const] : [];
  });
  const rules = read.rules ? read.rules.flatMap((rule, index) => rulesOf(reading, rule, ['alerts', 'rules', index])) : defaultRules();
  checkTo(reading, membersOf(raw)['rules'], names);
  return { destinations: Object.fromEntries(destinations), rules, everyMs: read.every, quietMs: read.quiet };
}

/** The destinations that are in order, of a section that is not. Nothing is complained of. */
export function destinationsIn(raw: unknown): AlertsConfig['destinations'] {
  const unheard = openReading();
  const read = Object.entries(membersOf(membersOf(raw)['destinations'])).flatMap(([name, one]) => {
    const told = unheard.read(destinationShape, one, []);
    const destination = told && destinationOf(unheard, told, []);
    return destination ? [[name, destination] as const] : [];
  });
  return Object.fromEntries(read);
}

function destinationOf(reading: Reading, one: z.output<typeof destinationShape>, path: Path): DestinationConfig | undefined {
  checkOne(reading, one, path, Object.keys(destinationShape.shape));
  if (one.webhook) return { kind: 'webhook', ...one.webhook };
  if (one.teams) return { kind: 'teams', ...one.teams };
  if (!one.email) return undefined;
  if ((one.email.user === undefined) !== (one.email.password === undefined))
    reading.wrong([...path, 'email'], '"user" and "password" go together.', 'Give both, or neither.', 'key');
  if (one.email.tls === 'none' && one.email.password !== undefined)
    reading.wrong([...path, 'email', 'tls'], 'Without TLS the password could be read on its way.', 'Write starttls or always.');
  return { kind: 'email', ...one.email };
}

function rulesOf(reading: Reading, rule: z.output<typeof ruleShape>, path: Path): readonly AlertRule[] {
  checkOne(reading, rule, path, Object.keys(ruleShape.shape));
  return rulesIn(rule);
}

function rulesIn(rule: z.output<typeof ruleShape>): readonly AlertRule[] {
  return [
    ...(rule.readLag ? [{ on: 'readLag' as const, ...rule.readLag }] : []),
    ...(rule.deliveryLag ? [{ on: 'deliveryLag' as const, ...rule.deliveryLag }] : []),
    ...(rule.writesFail ? [{ on: 'writesFail' as const, ...rule.writesFail }] : []),
    ...(rule.held ? [{ on: 'held' as const, ...rule.held }] : []),
    ...(rule.parked ? [{ on: 'parked' as const, ...rule.parked }] : []),
    ...(rule.map ? [{ on: 'map' as const, ...rule.map }] : []),
    ...(rule.flapping ? [{ on: 'flapping' as const, ...rule.flapping }] : []),
    ...(rule.ledger ? [{ on: 'ledger' as const, ...rule.ledger }] : []),
  ];
}

/** Each condition once. */
function defaultRules(): readonly AlertRule[] {
  return rulesIn(ruleShape.parse(Object.fromEntries(Object.keys(ruleShape.shape).map((on) => [on, {}]))));
}

function checkOne(reading: Reading, one: object, path: Path, kinds: readonly string[]): void {
  const count = Object.keys(one).length;
  if (count !== 1) reading.wrong(path, `Expected exactly one of ${kinds.join(', ')}; found ${count}.`, 'Write one entry for each.');
}

function checkTo(reading: Reading, rules: unknown, names: readonly string[]): void {
  if (!Array.isArray(rules)) return;
  for (const [index, rule] of rules.entries())
    for (const [on, given] of Object.entries(membersOf(rule))) {
      const to = membersOf(given)['to'];
      for (const [place, name] of (Array.isArray(to) ? to : []).entries())
        if (!names.includes(String(name)))
          reading.wrong(
            ['alerts', 'rules', index, on, 'to', place],
            `There is no destination "${String(name)}".`,
            suggest(String(name), names),
          );
    }
}

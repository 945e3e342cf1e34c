import type { z } from 'zod';
import { systemId } from '../ids.ts';
import type { JsonObject } from '../values.ts';
import { destinationsIn, readAlerts, type AlertsConfig } from './alerts.ts';
import type { TableSide } from '../map/table.ts';
import { sidesOf, tableMapOf } from './assemble.ts';
import {
  HOST_DEFAULT,
  KEYS_FILE_DEFAULT,
  LEDGER_FILE_DEFAULT,
  PORT_DEFAULT,
  RATE_DEFAULT,
  type Config,
  type LedgerConfig,
  type LimitsConfig,
  type OidcConfig,
  type RateConfig,
  type SystemConfig,
} from './config.ts';
import { readYaml, type YamlText } from './document.ts';
import { readEntity } from './entity.ts';
import { compareFaults, type Complaint, type Fault, type Path } from './fault.ts';
import { checkName } from './names.ts';
import { suggest } from './near.ts';
import { toPlain } from './plain.ts';
import { readPolicies, type Modules, type PoliciesRead } from './policies.ts';
import { isTooLong, membersOf, openReading, type Reading } from './reading.ts';
import { checkRelations } from './relations.ts';
import {
  compareShape,
  evolveShape,
  ledgerShape,
  limitsShape,
  type oidcShape,
  PORT_MAX,
  rootShape,
  serverShape,
  systemShape,
} from './shapes.ts';
import { tracingShape } from './tracing.ts';
import { fillVariables, isVariable, type Environment } from './variables.ts';

/** Larger ones are a mistake, or meant to keep somebody busy: what is checked of one against each other grows with the square of these. */
const SYSTEMS_MAX = 50;
const ENTITIES_MAX = 1_000;

/** More faults than anybody reads at once; the count of the rest is told. */
const FAULTS_MAX = 100;

export interface ParseOptions {
  /** The name of the file, for messages. */
  readonly file: string;
  /** Where `${NAME}` is taken from. */
  readonly env: Environment;
  /** The adapters that there are. Absent: any name passes. */
  readonly adapters?: readonly string[];
  /** How policies of the user's own are loaded and tried. Absent: a configuration that has any is refused. */
  readonly modules?: Modules;
}

export type ParsedConfig = {
  /** What adapters and servers are asked about: also where other parts have faults, which must not hide theirs. */
  readonly parts: ConfigParts;
  /** Says where something stands that only they could find. */
  place(complaint: Complaint): Fault;
} & (
  | {
      readonly kind: 'ok';
      readonly config: Config;
      /** Things that are allowed, and look unintended. */ readonly warnings: readonly Fault[];
    }
  | { readonly kind: 'faults'; readonly faults: readonly Fault[] }
);

/** As much of a configuration as could be read. Variables stand for their values. */
export type ConfigParts = Pick<Config, 'systems' | 'tracing'> &
  Pick<Config['server'], 'tls'> &
  Pick<AlertsConfig, 'destinations'> & { readonly sides: readonly TableSide[] };

/** Reads a configuration whole, or says all that is wrong with it, in the order of its lines. Throws nothing, whatever the text is. */
export function parseConfig(text: string, options: ParseOptions): ParsedConfig {
  const yaml = readYaml(text);
  const syntax = yaml.faults.map((fault) => ({ file: options.file, path: '', ...fault }));
  const place = (complaint: Complaint): Fault => faultOf(complaint, yaml, options.file);
  if (!yaml.isReadable) return { kind: 'faults', faults: listed(syntax), parts: { systems: {}, destinations: {}, sides: [] }, place };
  const { json, complaints } = toPlain(yaml.raw, options.env);
  const reading = openReading();
  const own = readPolicies(reading, membersOf(membersOf(json)['policies']), options.modules);
  const { written, ...read } = readConfig(reading, json, options, own);
  const parts = filledIn(read, options.env);
  const config = written && filled(reading, written, options.env);
  // Where the value could not even be taken over, that the schema misses it is no news.
  const first = new Set(complaints.map(({ path }) => path.join('.')));
  const further = reading.complaints.filter(({ path }) => !first.has(path.join('.')));
  const faults = [...syntax, ...[...complaints, ...further].map(place)];
  if (config === undefined || faults.length > 0) return { kind: 'faults', faults: listed(faults), parts, place };
  return { kind: 'ok', config: { ...config, policies: own.sources }, warnings: listed(reading.warnings.map(place)), parts, place };
}

/** A configuration in which variables stand for their values. */
type Written = Omit<Config, 'server' | 'policies'> & {
  readonly server: Omit<Config['server'], 'port'> & { readonly port: number | string };
};

/** Puts every variable's value in its place. */
function filled(reading: Reading, written: Written, env: Environment): Omit<Config, 'policies'> | undefined {
  const config = filledIn(written, env);
  const port = Number(config.server.port);
  if (Number.isInteger(port) && port >= 0 && port <= PORT_MAX) return { ...config, server: { ...config.server, port } };
  reading.wrong(['server', 'port'], 'The variable does not hold a port number.', `Set it to a whole number from 0 to ${PORT_MAX}.`);
  return undefined;
}

function filledIn<Part>(written: Part, env: Environment): Part {
  return JSON.parse(JSON.stringify(written), (_name, value: unknown) => (typeof value === 'string' ? fillVariables(value, env) : value));
}

/** Without `written` after a complaint that leaves nothing to work with. */
function readConfig(
  reading: Reading,
  json: unknown,
  { file, adapters }: ParseOptions,
  own: PoliciesRead,
): ConfigParts & { readonly written?: Written } {
  const root = reading.read(rootShape, json ?? {}, []);
  const raw = membersOf(json);
  const systems = readSystems(reading, membersOf(raw['systems']), adapters);
  const entities = readEntities(reading, membersOf(raw['entities']), Object.keys(membersOf(raw['systems'])), own);
  const ledger = reading.read(ledgerShape, raw['ledger'] ?? {}, ['ledger']);
  const server = reading.read(serverShape, raw['server'] ?? {}, ['server']);
  checkHooks(reading, server?.hooks ?? {}, Object.keys(membersOf(raw['systems'])));
  const limits = reading.read(limitsShape, raw['limits'] ?? {}, ['limits']);
  const alerts = readAlerts(reading, raw['alerts']);
  const tracing = raw['tracing'] === undefined ? undefined : reading.read(tracingShape, raw['tracing'], ['tracing']);
  const compare = raw['compare'] === undefined ? undefined : reading.read(compareShape, raw['compare'], ['compare']);
  const evolve = raw['evolve'] === undefined ? undefined : reading.read(evolveShape, raw['evolve'], ['evolve']);
  const told = {
    ...(alerts ? { alerts } : {}),
    ...(tracing ? { tracing } : {}),
    ...(compare ? { compare: { everyMs: compare.every } } : {}),
    ...(evolve ? { evolve } : {}),
  };
  const tls = server ? server.tls : serverShape.shape.tls.safeParse(membersOf(raw['server'])['tls']).data;
  const destinations = alerts?.destinations ?? destinationsIn(raw['alerts']);
  const parts = { systems, sides: entities.flatMap(sidesOf), destinations, ...(tracing ? { tracing } : {}), ...(tls ? { tls } : {}) };
  if (server && !server.tls && !isLoopback(server.host ?? HOST_DEFAULT))
    reading.warn(
      ['server', 'host'],
      'Whoever is on the way can read keys and records.',
      'Add `tls`, or listen on 127.0.0.1 behind a proxy that has it.',
    );
  if (!root || !ledger || !server || !limits || reading.complaints.length > 0) return parts;
  const written: Written = {
    file,
    systems,
    entities: entities.map(tableMapOf),
    ledger: ledgerOf(ledger),
    server: {
      host: server.host ?? HOST_DEFAULT,
      port: server.port ?? PORT_DEFAULT,
      keys: server.keys ?? KEYS_FILE_DEFAULT,
      hooks: server.hooks ?? {},
      rate: rateOf(server.rate ?? {}),
      ...(server.oidc === undefined ? {} : { oidc: oidcOf(server.oidc) }),
      ...(server.tls === undefined ? {} : { tls: server.tls }),
    },
    limits: limitsOf(limits),
    ...told,
  };
  return { ...parts, written };
}

/** Whether nobody but this machine is listened to. What a variable holds is not looked at. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.') || isVariable(host);
}

function ledgerOf({ file = LEDGER_FILE_DEFAULT, backups, retention }: z.infer<typeof ledgerShape>): LedgerConfig {
  const told = { file, ...(backups === undefined ? {} : { backups }) };
  if (!retention) return told;
  const { keep, every: everyMs, archive } = retention;
  return {
    ...told,
    retention: { everyMs, ...(keep === undefined ? {} : { keepMs: keep }), ...(archive === NO_ARCHIVE ? {} : { archive }) },
  };
}

/** What stands in a folder's place. */
const NO_ARCHIVE = 'none';

function rateOf({ key, address, hooks }: { readonly [By in keyof RateConfig]?: number | undefined }): RateConfig {
  return { key: key ?? RATE_DEFAULT.key, address: address ?? RATE_DEFAULT.address, hooks: hooks ?? RATE_DEFAULT.hooks };
}

function oidcOf({ issuer, audience, jwks, roles, entities, name, console: pages }: z.output<typeof oidcShape>): OidcConfig {
  const { claim = 'roles', map, sensitive } = roles;
  return {
    issuer,
    audience,
    ...(jwks === undefined ? {} : { jwks }),
    roles: { claim, map, ...(sensitive === undefined ? {} : { sensitive }) },
    ...(entities === undefined ? {} : { entities }),
    name: name ?? 'preferred_username',
    ...(pages === undefined ? {} : { console: consoleOf(pages) }),
  };
}

function consoleOf({ client, secret, scope }: NonNullable<z.output<typeof oidcShape>['console']>): NonNullable<OidcConfig['console']> {
  return { client, ...(secret === undefined ? {} : { secret }), scope: scope ?? 'openid profile' };
}

function checkHooks(reading: Reading, hooks: Readonly<Record<string, string>>, systems: readonly string[]): void {
  for (const name of Object.keys(hooks).filter((hook) => !systems.includes(hook)))
    reading.wrong(['server', 'hooks', name], `There is no system "${name}".`, suggest(name, systems), 'key');
}

function readSystems(
  reading: Reading,
  raw: Readonly<Record<string, unknown>>,
  adapters: readonly string[] | undefined,
): Readonly<Record<string, SystemConfig>> {
  const names = Object.keys(raw);
  if (isTooLong(reading, ['systems'], names.length, SYSTEMS_MAX)) return {};
  if (names.length === 1) reading.wrong(['systems'], 'There is one system: nothing to keep it in agreement with.', 'Add a second.', 'key');
  const read = names.flatMap((name) => readSystem(reading, raw[name], ['systems', name], adapters) ?? []);
  return Object.fromEntries(read.map((system) => [system.id, system]));
}

function readSystem(reading: Reading, raw: unknown, path: Path, adapters: readonly string[] | undefined): SystemConfig | undefined {
  reading.complain(checkName('system', path));
  const read = reading.read(systemShape, raw, path);
  if (!read) return undefined;
  if (adapters && !adapters.includes(read.adapter) && !isVariable(read.adapter)) {
    reading.wrong([...path, 'adapter'], `There is no adapter "${read.adapter}".`, suggest(read.adapter, adapters));
  }
  return {
    id: systemId(String(path.at(-1))),
    adapter: read.adapter,
    ...(read.label === undefined ? {} : { label: read.label }),
    options: optionsOf(raw),
  };
}

function optionsOf(raw: unknown): JsonObject {
  const { adapter: _adapter, label: _label, ...options } = jsonMembers(raw);
  return options;
}

/** What `toPlain` made is JSON throughout; this says so to the compiler without a cast. */
function jsonMembers(raw: unknown): JsonObject {
  return JSON.parse(JSON.stringify(membersOf(raw)));
}

function readEntities(
  reading: Reading,
  raw: Readonly<Record<string, unknown>>,
  systems: readonly string[],
  own: PoliciesRead,
): readonly NonNullable<ReturnType<typeof readEntity>>[] {
  const names = Object.keys(raw);
  if (isTooLong(reading, ['entities'], names.length, ENTITIES_MAX)) return [];
  const entities = names.flatMap(
    (name) => readEntity(reading, raw[name], ['entities', name], { systems, entities: names, own: own.kinds }) ?? [],
  );
  checkRelations(reading, entities);
  return entities;
}

function limitsOf(limits: Readonly<Record<string, number | undefined>>): LimitsConfig {
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
}

export function faultOf({ path, at, text, suggestion }: Complaint, yaml: YamlText, file: string): Fault {
  const { line, column } = yaml.spot(path, at);
  return { file, line, column, path: path.join('.'), text, ...(suggestion === undefined ? {} : { suggestion }) };
}

/** In the order of the file, each said once, and not more than can be read. */
export function listed(faults: readonly Fault[]): readonly Fault[] {
  const sorted = faults.toSorted(compareFaults);
  const once = sorted.filter((fault, index) => index === 0 || compareFaults(fault, sorted[index - 1] ?? fault) !== 0);
  const rest = once.length - FAULTS_MAX;
  const last = once[FAULTS_MAX];
  return rest > 0 && last ? [...once.slice(0, FAULTS_MAX), { ...last, text: `${rest} more faults follow.` }] : once;
}

import { setTimeout as wait } from 'node:timers/promises';
import type { JsonObject } from '@concord/core';
import { answerAdmin } from './admin.ts';
import type { Answer } from './answer.ts';
import { seededChance } from './chance.ts';
import type { Chance } from './chance.ts';
import { emulatorClock } from './clock.ts';
import type { EmulatorClock } from './clock.ts';
import { faultBoard, isAnswered } from './faults.ts';
import type { AnsweredFault, FaultAction, FaultBoard } from './faults.ts';
import { hookSender } from './hooks.ts';
import type { HookBoard, HookRules, HookSender } from './hooks.ts';
import { splitUrl } from './operation.ts';
import type { Operation } from './operation.ts';
import type { SchemaChange, Seed } from './schema.ts';
import { parseSchemaChange, parseSeed } from './schema.ts';
import { wireServer } from './server.ts';
import type { Received, Reply } from './server.ts';
import { tally } from './stats.ts';
import type { Stats, Tally } from './stats.ts';
import { CLIENTS_DEFAULT, tokens } from './tokens.ts';
import type { Tokens } from './tokens.ts';

const CHANCE_SEED = 20_240_501;

export interface EmulatorOptions<Settings> {
  /** 0, unless told otherwise: any that is free. */
  readonly port?: number;
  /** 127.0.0.1, unless told otherwise. */
  readonly host?: string;
  readonly seed?: Seed;
  /** Secrets by client id; `concord`, `anna` and `ben` (secret: `<id>-secret`), unless told otherwise. */
  readonly clients?: Readonly<Record<string, string>>;
  /** ms since 1970 UTC. */
  readonly now?: () => number;
  /** Where the system's own generators begin. */
  readonly chanceSeed?: number;
  readonly settings?: Partial<Settings>;
  /** Keeps everything that the system holds. It is called before a write is answered: what was answered outlasts the process. */
  readonly keep?: (held: Seed) => void;
}

/** A running system. What it can do is also reachable over HTTP under `/admin`. */
export interface Emulator<Settings = object> {
  /** Without a slash at the end: `http://127.0.0.1:1234`. */
  readonly url: string;
  readonly port: number;
  /** Tables that are given are made anew; rows are put into their tables by key, without hooks. Throws when the seed is not valid. */
  load(seed: Seed): void;
  /** Everything it holds: loaded again, it gives the same answers. */
  dump(): Seed;
  /** The rows of a set as they are stored. */
  rows(set: string): readonly JsonObject[];
  stats(): Stats;
  resetStats(): void;
  readonly faults: FaultBoard;
  readonly hooks: HookBoard;
  readonly clock: EmulatorClock;
  /** Adds, removes or renames a column. Throws when it does not fit. */
  changeSchema(change: SchemaChange): void;
  /** Changes some settings and answers all. Throws when one is not valid. */
  settings(change?: Partial<Settings>): Settings;
  /** Makes every delta token that was given out too old (Dataverse only). */
  expireDeltaTokens(): void;
  /** Makes every access token that was given out worthless. */
  revokeTokens(): void;
  close(): Promise<void>;
}

/** What the shell gives a system to work with. */
export interface Services {
  readonly chance: Chance;
  readonly clock: EmulatorClock;
  readonly faults: FaultBoard;
  readonly hooks: HookSender;
  readonly tally: Tally;
}

/** What one kind of system does behind the shell. */
export interface Engine<Settings> {
  handle(operation: Operation): Answer;
  /** The system's own words for a fault that is asked for. */
  faulted(action: AnsweredFault): Answer;
  /** The answer to a request without a good token. */
  unauthorized(origin: string): Answer;
  /** `begin` and `end` enclose each request, unless `begin` answers that the principal asked too much of the system. */
  begin(client: string): Answer | undefined;
  end(client: string, tookMs: number): void;
  load(seed: Seed): void;
  dump(): Seed;
  rows(set: string): readonly JsonObject[];
  changeSchema(change: SchemaChange): void;
  settings(change?: Partial<Settings>): Settings;
  /** Throws when it is not valid. */
  parseSettings(json: unknown): Partial<Settings>;
  expireDeltaTokens(): void;
}

/** Puts a system behind HTTP, with tokens, faults, statistics, hooks and administration. */
export async function startEmulator<Settings>(
  options: EmulatorOptions<Settings>,
  hookRules: HookRules,
  build: (services: Services) => Engine<Settings>,
): Promise<Emulator<Settings>> {
  const now = options.now ?? Date.now;
  const chance = seededChance(options.chanceSeed ?? CHANCE_SEED);
  const counts = tally();
  const hooks = hookSender(hookRules, chance, counts);
  let isKept = true;
  const writes: Tally = { ...counts, write: (...written) => ((isKept = false), counts.write(...written)) };
  const services: Services = { chance, clock: emulatorClock(now), faults: faultBoard(chance), hooks, tally: writes };
  const engine = build(services);
  const keep = (): void => {
    if (!isKept) options.keep?.(engine.dump());
    isKept = true;
  };
  if (options.settings !== undefined) engine.settings(options.settings);
  if (options.seed !== undefined) engine.load(parseSeed(options.seed));
  const issuer = tokens(options.clients ?? CLIENTS_DEFAULT, now);
  const closing = new AbortController();
  const host = options.host ?? '127.0.0.1';

  const server = await wireServer(
    { host, port: options.port ?? 0 },
    (url) => (isAdmin(url) ? 'spare' : services.faults.isDown() ? 'cut' : 'serve'),
    async (received) => {
      if (!isAdmin(received.url)) return answer({ services, engine, issuer, origin: url, closing: closing.signal }, received).finally(keep);
      // Rows, and what columns there are, may be other ones by now.
      if (received.method !== 'GET') isKept = false;
      return answerAdmin(handle, (json) => engine.parseSettings(json), received).finally(keep);
    },
  );
  const url = `http://${host}:${server.port}`;
  const handle: Emulator<Settings> = {
    url,
    port: server.port,
    load: (seed) => engine.load(parseSeed(seed)),
    dump: () => engine.dump(),
    rows: (set) => engine.rows(set),
    stats: () => counts.stats(),
    resetStats: () => counts.reset(),
    faults: {
      ...services.faults,
      down(on) {
        services.faults.down(on);
        if (on) server.cutAll();
      },
    },
    hooks,
    clock: services.clock,
    changeSchema: (change) => engine.changeSchema(parseSchemaChange(change)),
    settings: (change) => engine.settings(change),
    expireDeltaTokens: () => engine.expireDeltaTokens(),
    revokeTokens: () => issuer.revoke(),
    async close() {
      closing.abort();
      await hooks.close();
      await server.close();
    },
  };
  return handle;
}

const isAdmin = (url: string): boolean => /^\/admin(?:[/?]|$)/.test(url);

interface Front<Settings> {
  readonly services: Services;
  readonly engine: Engine<Settings>;
  readonly issuer: Tokens;
  readonly origin: string;
  readonly closing: AbortSignal;
}

async function answer<Settings>(front: Front<Settings>, received: Received): Promise<Reply> {
  const split = splitUrl(received.url);
  if (split === undefined) return { status: 400, headers: {}, body: 'The URL cannot be read.' };
  if (front.issuer.serves(split.path) && received.method === 'POST') return front.issuer.grant(received.body);
  const principal = front.issuer.holder(received.headers['authorization']);
  if (principal === undefined) return front.engine.unauthorized(front.origin);
  front.services.tally.request(principal.client);
  const operation: Operation = { ...received, ...split, principal, origin: front.origin };
  const over = front.engine.begin(principal.client);
  if (over !== undefined) return over;
  const began = performance.now();
  try {
    return await befall(front, operation, received.url);
  } finally {
    front.engine.end(principal.client, performance.now() - began);
  }
}

/** Lets the faults that stand for this request happen around its handling. */
async function befall<Settings>(front: Front<Settings>, operation: Operation, url: string): Promise<Reply> {
  const subject = {
    method: operation.method,
    path: `${operation.path}${url.includes('?') ? decoded(url) : ''}`,
    principal: operation.principal.client,
  };
  const actions = front.services.faults.take(subject);
  for (const action of actions)
    if (action.kind === 'slow') await wait(action.delayMs, undefined, { signal: front.closing }).catch(() => undefined);
  if (front.services.faults.isDown() || actions.some((action) => action.kind === 'dropBefore')) return 'cut';
  const refused = actions.find(isAnswered);
  if (refused) {
    const refusal = front.engine.faulted(refused);
    tellRefusal(front, operation, refusal);
    return refusal;
  }
  const reply = front.engine.handle(operation);
  if (actions.some((action) => action.kind === 'dropAfter')) return 'cut';
  const gateway = actions.find((action) => action.kind === 'statusAfter');
  return gateway ? answerOfGateway(gateway) : reply;
}

function answerOfGateway({ status, retryAfterSeconds }: Extract<FaultAction, { readonly kind: 'statusAfter' }>): Answer {
  const after = retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) };
  return { status, headers: { 'Content-Type': 'text/html', ...after }, body: `<html><body><h1>${status}</h1>the gateway</body></html>` };
}

function tellRefusal<Settings>(front: Front<Settings>, operation: Operation, refusal: Answer): void {
  if (operation.method === 'GET' || operation.path.endsWith('/$batch')) return;
  const set = /\/([A-Za-z_]\w*)(?:\([^/]*\))?(?:\/[^/]*)?$/.exec(operation.path)?.[1] ?? operation.path;
  front.services.tally.write(operation.principal.client, operation.method, set, refusal);
}

function decoded(url: string): string {
  const query = url.slice(url.indexOf('?'));
  try {
    return decodeURIComponent(query.replaceAll('+', ' '));
  } catch {
    return query;
  }
}

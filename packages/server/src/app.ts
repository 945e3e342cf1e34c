import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import {
  ConcordError,
  type Config,
  type Engine,
  type EngineStatus,
  type Ledger,
  type Registry,
  type SystemId,
  type Table,
} from '@concord/core';
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { BODY_BYTES_MAX, readBodies } from './access/bodies.ts';
import { guardRoutes } from './access/gate.ts';
import { hardenAnswers } from './access/headers.ts';
import { maskAnswers, sealWith, sensitiveIn } from './access/mask.ts';
import { openIssuer } from './access/oidc.ts';
import { openCounters } from './access/rate.ts';
import type { Keyring } from './access/keyring.ts';
import type { Sessions } from './access/sessions.ts';
import type { Trends } from './trends/trends.ts';
import type { Measured } from './metrics.ts';
import type { Desk } from './beside/desk.ts';
import { LOOK_AGAIN_MS, serverFactory } from './access/tls.ts';
import { describe } from './openapi/describe.ts';
import { PAGE_HEADERS, pageOf } from './openapi/page.ts';
import { answerProblem } from './problem.ts';
import { askBrowsers } from './requests/browsers.ts';
import { takeMissingBodies } from './requests/bodies.ts';
import { answerClientError } from './requests/client-errors.ts';
import { consoleRoutes } from './console/routes.ts';
import { refuseUnknownQueries } from './requests/queries.ts';
import { tellUnchanged } from './requests/unchanged.ts';
import { actRoutes } from './routes/acts.ts';
import { auditLogRoutes } from './routes/audit-log.ts';
import { backupRoutes } from './routes/backups.ts';
import { comparisonRoutes } from './routes/comparisons.ts';
import { compactionRoutes } from './routes/compactions.ts';
import { configurationRoutes } from './routes/configuration.ts';
import { conflictRoutes } from './routes/conflicts.ts';
import { erasureRoutes } from './routes/erasures.ts';
import { healthRoutes } from './routes/health.ts';
import { hookRoutes } from './routes/hooks.ts';
import { initialWriteRoutes } from './routes/initial-write.ts';
import { labRoutes } from './routes/lab.ts';
import { mapRoutes } from './routes/maps.ts';
import { nameRoutes } from './routes/names.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { parkedRoutes } from './routes/parked.ts';
import { pinRoutes } from './routes/pins.ts';
import { putBackRoutes } from './routes/put-back.ts';
import { recordRoutes } from './routes/records.ts';
import { resyncRoutes } from './routes/resync.ts';
import { rowRoutes } from './routes/rows.ts';
import { sessionRoutes } from './routes/session.ts';
import { signInRoutes } from './routes/sign-in.ts';
import { trendRoutes } from './routes/trends.ts';
import { streamRoutes } from './routes/stream.ts';
import { versionRoutes } from './routes/versions.ts';
import { viewRoutes } from './routes/views.ts';

/** What the routes work with. */
export interface Rooms {
  readonly config: Config;
  /** Threads beside this one: for what takes long, and for what somebody else wrote. */
  readonly laboratory: Desk;
  readonly validating: Desk;
  readonly engine: Engine;
  /** How the engine stands, and the disk under it. */
  readonly status: () => EngineStatus;
  readonly ledger: Ledger;
  /** How lag and throughput went since the start. */
  readonly trends: Trends;
  /** By entity. */
  readonly tables: ReadonlyMap<string, Table>;
  /** Every policy that the tables use, by name. */
  readonly kinds: Registry;
  readonly systems: readonly SystemId[];
  readonly keyring: Keyring;
  /** Those who are signed in with a browser. */
  readonly sessions: Sessions;
  /** By system, the secret that its hooks bring. */
  readonly hookSecrets: Readonly<Record<string, string>>;
  /** Known here alone, and the same for as long as the ledger lives: what is hidden is named with it. */
  readonly secret: string;
  readonly logger: Logger;
  /** The size of the ledger on the disk. */
  readonly ledgerBytes: () => number;
  /** What became of alerts, by destination; absent where none are configured. */
  readonly alertTallies?: () => NonNullable<Measured['alerts']>;
  /** Copies the ledger while it is in use. */
  readonly backUp: () => Promise<{ readonly file: string; readonly bytes: number }>;
}

const REQUEST_MS_MAX = 10_000;
const WATCHING = { requestTimeout: REQUEST_MS_MAX, lookAgainMs: LOOK_AGAIN_MS } as const;

export function typed(app: FastifyInstance) {
  return app.withTypeProvider<TypeBoxTypeProvider>();
}

export type App = ReturnType<typeof typed>;

/** The REST API. It listens nowhere yet. */
export function buildApp(rooms: Rooms): FastifyInstance {
  const logger: FastifyBaseLogger = rooms.logger;
  const { oidc, rate, tls } = rooms.config.server;
  const app = Fastify({
    loggerInstance: logger,
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_MS_MAX,
    ...(tls ? { serverFactory: serverFactory(tls, { ...WATCHING, complain: (words) => logger.error(words) }) } : {}),
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: true,
    // What is refused before it has come to a route, such as an address that cannot be decoded, is a problem like any other.
    frameworkErrors: answerProblem,
    clientErrorHandler: answerClientError,
    // A value that is not of its declared type is an error to show, not something to bend.
    ajv: { customOptions: { coerceTypes: 'array', removeAdditional: false } },
  });
  app.setErrorHandler(answerProblem);
  readBodies(app);
  hardenAnswers(app);
  takeMissingBodies(app);
  askBrowsers(app);
  const { keyring, sessions } = rooms;
  guardRoutes(app, { keyring, sessions, issuer: oidc && openIssuer(oidc) }, openCounters(app, rate));
  refuseUnknownQueries(app);
  maskAnswers(app, sensitiveIn(rooms.config), sealWith(rooms.secret));
  tellUnchanged(app);
  app.setNotFoundHandler((request) => {
    throw new ConcordError('ROUTE_UNKNOWN', { method: request.method, path: request.url.split('?')[0] ?? '' });
  });
  refuseWhileFailing(app, rooms);
  describe(app);
  // Behind the description, which must be there before them.
  void app.register(async (instance) => addRoutes(typed(instance), rooms));
  return app;
}

function addRoutes(routes: App, rooms: Rooms): void {
  healthRoutes(routes, rooms);
  recordRoutes(routes, rooms);
  versionRoutes(routes, rooms);
  viewRoutes(routes, rooms);
  actRoutes(routes, rooms);
  pinRoutes(routes, rooms);
  auditLogRoutes(routes, rooms);
  conflictRoutes(routes, rooms);
  mapRoutes(routes, rooms);
  putBackRoutes(routes, rooms);
  parkedRoutes(routes, rooms);
  rowRoutes(routes, rooms);
  resyncRoutes(routes, rooms);
  initialWriteRoutes(routes, rooms);
  backupRoutes(routes, rooms);
  compactionRoutes(routes, rooms);
  comparisonRoutes(routes, rooms);
  erasureRoutes(routes, rooms);
  hookRoutes(routes, rooms);
  configurationRoutes(routes, rooms);
  labRoutes(routes, rooms);
  metricsRoutes(routes, rooms);
  streamRoutes(routes, rooms);
  trendRoutes(routes, rooms);
  nameRoutes(routes, rooms);
  sessionRoutes(routes, rooms);
  signInRoutes(routes, rooms);
  consoleRoutes(routes);
  routes.get('/openapi.json', () => routes.swagger());
  routes.get('/docs', (_request, reply) => reply.headers(PAGE_HEADERS).send(pageOf(routes.swagger())));
}

/** While the ledger cannot write, nobody is kept waiting for an answer that cannot come: what would change something is refused at once. */
function refuseWhileFailing(app: FastifyInstance, { status }: Rooms): void {
  app.addHook('preHandler', async ({ method, url }) => {
    const trouble = status().ledger;
    // A copy goes to a disk of its own, and is wanted most when that of the ledger is full; who is signed in stands in no ledger.
    if (method !== 'POST' || !trouble || url.startsWith('/hooks/') || url.startsWith('/v1/backups') || url.startsWith('/v1/session'))
      return;
    throw new ConcordError('LEDGER_WAITS', { words: trouble.words, remedy: trouble.remedy });
  });
}

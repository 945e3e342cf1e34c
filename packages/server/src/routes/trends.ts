import { maySee } from '../access/gate.ts';
import type { App, Rooms } from '../app.ts';

/** How lag and throughput went, for the eye. */
export function trendRoutes(app: App, { trends }: Rooms): void {
  app.get('/v1/trends', { config: { scoped: true } }, (request) => trends.told((entity) => maySee(request, entity)));
}

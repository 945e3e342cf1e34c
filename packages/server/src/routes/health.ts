import type { App, Rooms } from '../app.ts';

export function healthRoutes(app: App, { engine, ledger }: Rooms): void {
  app.get('/healthz', async () => {
    const { maps, deliveries } = engine.status();
    return {
      status: maps.some(({ state }) => state === 'stopped' || state === 'guarded') ? 'degraded' : 'ok',
      ledger: await ledger.counts(),
      maps,
      deliveries,
    };
  });
}

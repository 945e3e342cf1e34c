import type { App, Rooms } from '../app.ts';
import { openMetrics } from '../metrics.ts';
import { clock } from '../surroundings.ts';

/** For Prometheus. */
export function metricsRoutes(app: App, { engine, status, ledger, ledgerBytes, alertTallies }: Rooms): void {
  const metrics = openMetrics(async () => ({
    status: status(),
    // Counting brings the queue's table up to date, which a full disk refuses.
    counts: await ledger.counts().catch(() => undefined),
    ledgerBytes: ledgerBytes(),
    nowMs: clock.nowMs(),
    alerts: alertTallies?.(),
    comparisons: engine.comparisons(),
  }));
  app.get('/metrics', async (_request, reply) => {
    void reply.type(metrics.type);
    return metrics.text();
  });
}

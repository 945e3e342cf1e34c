import { ConcordError, type EngineStatus } from '@concord/core';
import type { App, Rooms } from '../app.ts';
import { instantOf } from '../views/values.ts';

const OPEN = { config: { needs: 'nobody' as const } };

/** Whether it lives, and whether work can be given to it. */
export function healthRoutes(app: App, { engine, ledger }: Rooms): void {
  app.get('/healthz', OPEN, async ({ caller }) => {
    // Counting brings the queue's table up to date, which a full disk refuses: how it stands must be told all the same.
    const counts = await ledger.counts().catch(words);
    const now = engine.status();
    const status = statusOf(now, counts);
    // How it is may be known to anybody who can reach it, as a monitor does; what is mirrored may not.
    if (!caller) return { status };
    const { ledger: trouble, maps, deliveries } = now;
    const told = { ...counts, ...(trouble ? { trouble: tellTrouble(trouble) } : {}) };
    return { status, ledger: told, maps, deliveries };
  });

  // That it answers is all that there is to say.
  app.get('/livez', OPEN, () => Promise.resolve({ live: true }));

  app.get('/readyz', OPEN, async ({ caller }, reply) => {
    const { ledger: trouble, maps } = engine.status();
    const why = [...(trouble ? [trouble.words] : []), ...maps.filter(({ state }) => state === 'starting').map(mapWords)];
    void reply.status(why.length === 0 ? 200 : 503);
    return { ready: why.length === 0, ...(caller ? { why } : {}) };
  });
}

type Status = 'ok' | 'degraded' | 'failing';

function statusOf({ ledger, maps, deliveries }: EngineStatus, counts: object): Status {
  if (ledger || 'words' in counts) return 'failing';
  const stuck = maps.some(({ state }) => state === 'stopped' || state === 'guarded');
  return stuck || deliveries.some(({ circuit }) => circuit.state !== 'closed') ? 'degraded' : 'ok';
}

function tellTrouble({ sinceMs, ...told }: NonNullable<EngineStatus['ledger']>) {
  return { ...told, since: instantOf({ ms: sinceMs }) };
}

function words(cause: unknown): { readonly words: string } {
  if (cause instanceof ConcordError) return { words: `${cause.message} ${cause.remedy}` };
  throw cause;
}

function mapWords({ system, entity }: EngineStatus['maps'][number]): string {
  return `${entity} of ${system} is not read yet`;
}

import { ConcordError, type EngineStatus } from '@concord/core';
import type { App, Rooms } from '../app.ts';
import { instantOf } from '../views/values.ts';

/** A monitor that is refused an answer takes the sidecar for dead, and starts it anew. */
const OPEN = { config: { needs: 'nobody' as const, counted: 'never' as const } };

/** Whether it lives, and whether work can be given to it. */
export function healthRoutes(app: App, { status: look, ledger, logger }: Rooms): void {
  /** How it is must be told, whatever breaks over it. */
  function words(cause: unknown): { readonly words: string } {
    if (cause instanceof ConcordError) return { words: `${cause.message} ${cause.remedy}` };
    logger.error({ err: cause }, 'the ledger cannot be counted');
    return { words: 'The ledger cannot be counted; the log says why.' };
  }

  app.get('/healthz', OPEN, async ({ caller }) => {
    const now = look();
    // How it is may be known to anybody who can reach it, as a monitor does; what is mirrored may not. It costs nothing to be told.
    if (!caller) return { status: statusOf(now, {}) };
    // Counting brings the queue's table up to date, which a full disk refuses: how it stands must be told all the same.
    const counts = await ledger.counts().catch(words);
    const status = statusOf(now, counts);
    const { ledger: trouble, maps, deliveries } = now;
    const told = { ...counts, ...(trouble ? { trouble: tellTrouble(trouble) } : {}) };
    return { status, ledger: told, maps, deliveries };
  });

  // That it answers is all that there is to say.
  app.get('/livez', OPEN, () => Promise.resolve({ live: true }));

  app.get('/readyz', OPEN, async ({ caller }, reply) => {
    const { ledger: trouble, maps } = look();
    const why = [...(trouble ? [trouble.words] : []), ...maps.filter(({ state }) => state === 'starting').map(mapWords)];
    void reply.status(why.length === 0 ? 200 : 503);
    return { ready: why.length === 0, ...(caller ? { why } : {}) };
  });
}

/** States in which nobody need do anything. */
const AS_MEANT: ReadonlySet<string> = new Set<EngineStatus['maps'][number]['state']>([
  'kept',
  'starting',
  'listing',
  'live',
  'throttled',
  'paused',
]);

type Status = 'ok' | 'degraded' | 'failing';

function statusOf({ ledger, maps, deliveries }: EngineStatus, counts: object): Status {
  if (ledger || 'words' in counts) return 'failing';
  return maps.some(({ state }) => !AS_MEANT.has(state)) || deliveries.some(({ circuit }) => circuit.state !== 'closed') ? 'degraded' : 'ok';
}

function tellTrouble({ sinceMs, ...told }: NonNullable<EngineStatus['ledger']>) {
  return { ...told, since: instantOf({ ms: sinceMs }) };
}

function mapWords({ system, entity }: EngineStatus['maps'][number]): string {
  return `${entity} of ${system} is not read yet`;
}

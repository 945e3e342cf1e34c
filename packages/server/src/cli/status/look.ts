import { Type, type Static } from 'typebox';
import { getFrom, getHealth } from '../lab/asked.ts';

const trouble = Type.Object({ words: Type.String(), remedy: Type.String(), since: Type.String() });
const health = Type.Object({
  status: Type.String(),
  ledger: Type.Object({
    trouble: Type.Optional(trouble),
    records: Type.Optional(Type.Number()),
    changes: Type.Optional(Type.Number()),
    held: Type.Optional(Type.Number()),
    parked: Type.Optional(Type.Number()),
  }),
  deliveries: Type.Array(
    Type.Object({
      system: Type.String(),
      waiting: Type.Number(),
      underWay: Type.Number(),
      paused: Type.Optional(Type.String()),
      circuit: Type.Object({ state: Type.String() }),
    }),
  ),
});
const map = Type.Object({
  system: Type.String(),
  entity: Type.String(),
  state: Type.String(),
  listed: Type.Boolean(),
  words: Type.Optional(Type.String()),
  asideRows: Type.Number(),
  from: Type.Object({ lagSeconds: Type.Optional(Type.Number()) }),
  to: Type.Object({ due: Type.Number(), waiting: Type.Number(), parked: Type.Number(), lagSeconds: Type.Number() }),
});
const maps = Type.Object({ items: Type.Array(map) });
const waiting = Type.Object({ id: Type.String(), entity: Type.String(), fields: Type.Array(Type.String()), openedAt: Type.String() });
const inbox = Type.Object({ items: Type.Array(waiting) });

/** How a sidecar is, at one look. */
export interface Look {
  readonly health: Static<typeof health>;
  readonly maps: readonly Static<typeof map>[];
  /** The latest conflicts that wait for a person. */
  readonly inbox: readonly Static<typeof waiting>[];
}

const INBOX_SHOWN = 5;

/** Throws SIDECAR_UNREACHABLE, SIDECAR_REFUSED. */
export async function lookAt(url: string): Promise<Look> {
  const [told, all, held] = await Promise.all([
    getHealth(url, health),
    getFrom(`${url}/v1/maps`, maps),
    getFrom(`${url}/v1/conflicts?limit=${INBOX_SHOWN}`, inbox),
  ]);
  return { health: told, maps: all.items, inbox: held.items };
}

import { useCallback } from 'react';
import useSWR, { useSWRConfig } from 'swr';
import { asked, askedWhole, client, type Conflict, type Named } from './client.ts';

/** How many conflicts the inbox holds at once: more than anybody works through before it is read anew. */
const HELD_MAX = 2_000;
const PAGE = 500;
/** So many names fit into one address. */
const NAMES_AT_ONCE = 100;

/** Everything that is read is kept under a list whose first member says what it is, so that news can have it read anew. */
export type Kind = 'conflicts' | 'conflict' | 'record' | 'history' | 'blame' | 'view' | 'maps' | 'work' | 'names' | 'health' | 'trends';

const KEPT = { revalidateOnFocus: false, keepPreviousData: true } as const;

export function useSession() {
  return useSWR(['session'], () => asked(client.GET('/v1/session')), { ...KEPT, shouldRetryOnError: false });
}

export function useConfiguration() {
  return useSWR(['configuration'], () => asked(client.GET('/v1/configuration')), { ...KEPT, revalidateIfStale: false }).data;
}

export type ConflictState = Conflict['state'];

export function useConflicts(state: ConflictState, record?: string) {
  return useSWR(['conflicts', state, record ?? ''], () => readConflicts(state, record), KEPT);
}

async function readConflicts(state: ConflictState, record: string | undefined): Promise<readonly Conflict[]> {
  const items: Conflict[] = [];
  const max = state === 'held' ? HELD_MAX : PAGE;
  for (let after: string | undefined; ;) {
    const query = { state, limit: PAGE, ...(after === undefined ? {} : { after }), ...(record === undefined ? {} : { record }) };
    const page = await asked(client.GET('/v1/conflicts', { params: { query } }));
    items.push(...page.items);
    after = page.next;
    if (after === undefined || items.length >= max) return items;
  }
}

export function useConflict(id: string | undefined) {
  return useSWR(id === undefined ? null : ['conflict', id], () =>
    askedWhole(client.GET('/v1/conflicts/{id}', { params: { path: { id: id ?? '' } } })),
  );
}

export function useRecord(id: string | undefined) {
  return useSWR(
    id === undefined ? null : ['record', id],
    () => askedWhole(client.GET('/v1/records/{id}', { params: { path: { id: id ?? '' } } })),
    KEPT,
  );
}

export function useHistory(id: string) {
  return useSWR(
    ['history', id],
    async () => {
      const items = [];
      for (let after: string | undefined; ;) {
        const query = { limit: PAGE, ...(after === undefined ? {} : { after }) };
        const page = await asked(client.GET('/v1/records/{id}/history', { params: { path: { id }, query } }));
        items.push(...page.items);
        after = page.next;
        if (after === undefined) return items;
      }
    },
    KEPT,
  );
}

export function useBlame(id: string) {
  return useSWR(['blame', id], () => asked(client.GET('/v1/records/{id}/blame', { params: { path: { id } } })), KEPT).data?.items;
}

/** What each system holds of a record, by system. */
export function useViews(id: string | undefined, systems: readonly string[]) {
  const key = id === undefined || systems.length === 0 ? null : ['view', id, ...systems];
  return useSWR(
    key,
    async () => {
      const ask = async (system: string) =>
        [system, await asked(client.GET('/v1/records/{id}/views/{system}', { params: { path: { id: id ?? '', system } } }))] as const;
      return new Map(await Promise.all(systems.map(ask)));
    },
    KEPT,
  ).data;
}

export function useMaps() {
  return useSWR(['maps'], () => asked(client.GET('/v1/maps')), { ...KEPT, refreshInterval: 5_000 });
}

export function useHealth() {
  return useSWR(['health'], () => asked(client.GET('/healthz')), { ...KEPT, refreshInterval: 5_000 }).data;
}

export type Names = ReadonlyMap<string, Named>;
const NO_NAMES: Names = new Map();

/** By what people know these records. */
export function useNames(ids: readonly string[]): Names {
  const wanted = [...new Set(ids)].toSorted();
  return useSWR(wanted.length === 0 ? null : ['names', ...wanted], () => readNames(wanted), KEPT).data ?? NO_NAMES;
}

async function readNames(ids: readonly string[]): Promise<Names> {
  const names = new Map<string, Named>();
  for (let from = 0; from < ids.length; from += NAMES_AT_ONCE) {
    const record = ids.slice(from, from + NAMES_AT_ONCE);
    const { items } = await asked(client.GET('/v1/names', { params: { query: { record } } }));
    for (const item of items) names.set(item.record, item);
  }
  return names;
}

/** Has everything of these kinds read anew; with an id, what is kept of that alone. */
export function useReadAnew() {
  const { mutate } = useSWRConfig();
  return useCallback(
    (kinds: readonly Kind[], id?: string) =>
      mutate((key) => Array.isArray(key) && kinds.some((kind) => kind === key[0]) && (id === undefined || key.includes(id))),
    [mutate],
  );
}

import { useMemo, useState } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import { Problem, type Conflict } from '../api/client.ts';
import { useConflict, useConflicts, useNames, type ConflictState, type Names } from '../api/read.ts';
import { useSay } from '../parts/said.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { Keys } from './keys.tsx';
import { ConflictList } from './list.tsx';
import { ConflictPanel } from './panel.tsx';
import { inOrder, matching } from './order.ts';
import { useKeys } from './use-keys.ts';

/** What waits for a person; or what people, or rules, have decided. */
export function Inbox({ id }: { readonly id: string | undefined }) {
  const [search, setSearch] = useSearchParams();
  const [, go] = useLocation();
  const state = stateIn(search.get('state'));
  const { data, error, isLoading } = useConflicts(state);
  const names = useNames((data ?? []).map(({ record }) => record));
  const entity = search.get('entity') ?? '';
  const text = search.get('q') ?? '';
  const shown = useMemo(() => shownOf(data ?? [], { state, entity, text }, names), [data, state, entity, text, names]);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const { undoLast } = useSay();
  const [isHelp, setHelp] = useState(false);
  const here = id ?? (globalThis.innerWidth > PHONE_PX ? shown[0]?.id : undefined);
  const one = useConflict(here);

  const address = (to: string | undefined): string => {
    const query = search.toString();
    return `/inbox${to === undefined ? '' : `/${encodeURIComponent(to)}`}${query === '' ? '' : `?${query}`}`;
  };
  function open(to: string | undefined): void {
    go(address(to), { replace: id !== undefined && to !== undefined });
  }
  /** The one behind it, or before it, in the list as it is shown. */
  function move(by: number): void {
    const at = shown.findIndex((each) => each.id === here);
    const target = shown[Math.min(Math.max(at + by, 0), shown.length - 1)];
    if (target) open(target.id);
  }
  function next(): void {
    const at = shown.findIndex((each) => each.id === here);
    const following = shown[at + 1] ?? shown[at - 1];
    open(following?.id === here ? undefined : following?.id);
  }
  function toggle(which: string): void {
    setChosen((before) => (before.has(which) ? new Set([...before].filter((each) => each !== which)) : new Set([...before, which])));
  }
  function filter(name: string, value: string): void {
    setSearch(
      (before) => {
        const after = new URLSearchParams(before);
        if (value === '') after.delete(name);
        else after.set(name, value);
        return after;
      },
      { replace: true },
    );
  }

  useKeys({
    j: () => move(1),
    k: () => move(-1),
    u: undoLast,
    x: () => here !== undefined && toggle(here),
    '?': () => setHelp(true),
    '/': () => document.querySelector<HTMLInputElement>('#inbox-filter')?.focus(),
  });

  if (error instanceof Problem && !data) return <Trouble problem={error} />;
  const entities = [...new Set((data ?? []).map((each) => each.entity))].toSorted();
  const current = one.data?.body ?? (data ?? []).find((each) => each.id === here);
  return (
    <div className={`inbox ${id === undefined ? 'listing' : 'reading'}`}>
      <ConflictList
        {...{ shown, names, here, chosen, toggle, entities, filter, address, isLoading, state }}
        filters={{ entity, text }}
        total={data?.length ?? 0}
      />
      <ConflictPanel
        key={here ?? ''}
        conflict={current}
        etag={one.data?.etag}
        problem={one.error instanceof Problem ? one.error : undefined}
        all={data ?? []}
        chosen={chosen}
        clear={() => setChosen(new Set())}
        isEmpty={!isLoading && (data ?? []).length === 0}
        {...{ names, next, state }}
        back={() => open(undefined)}
      />
      {isHelp ? <Keys onClose={() => setHelp(false)} /> : undefined}
    </div>
  );
}

const PHONE_PX = 760;

function stateIn(word: string | null): ConflictState {
  return word === 'resolved' || word === 'settled' ? word : 'held';
}

interface Narrowing {
  readonly state: ConflictState;
  readonly entity: string;
  readonly text: string;
}

/** What waits in the order of its harm; what was decided, the latest first. */
function shownOf(all: readonly Conflict[], { state, entity, text }: Narrowing, names: Names): readonly Conflict[] {
  return matching(state === 'held' ? inOrder(all) : all, { entity, text }, names);
}

import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import useSWRInfinite from 'swr/infinite';
import { Link, useSearchParams } from 'wouter';
import { asked, client, Problem } from '../api/client.ts';
import { useConfiguration, useNames } from '../api/read.ts';
import { System } from '../parts/system.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { spaced, titleOf } from '../words.ts';

const PAGE = 200;
const ROW_PX = 44;
/** So far ahead of what is seen more is read. */
const AHEAD = 60;

/** Every record of an entity, as far down as one scrolls. */
export function RecordList() {
  const configuration = useConfiguration();
  const [search, setSearch] = useSearchParams();
  const entities = Object.keys(configuration?.entities ?? {});
  const entity = search.get('entity') ?? entities[0] ?? '';
  const pages = useRecords(entity);
  const records = (pages.data ?? []).flatMap(({ items }) => items);
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: records.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 20,
  });
  const seen = rows.getVirtualItems();
  const last = seen.at(-1)?.index ?? 0;
  const isMore = pages.data?.at(-1)?.next !== undefined;
  const { setSize, size, isLoading, isValidating, error } = pages;
  useEffect(() => {
    if (isMore && !isValidating && last + AHEAD > records.length) void setSize(size + 1);
  }, [isMore, isValidating, last, records.length, setSize, size]);
  const names = useNames(seen.flatMap(({ index }) => records[index]?.id ?? []));
  if (error instanceof Problem && !pages.data) return <Trouble problem={error} />;

  return (
    <div className="page records">
      <header className="page-head">
        <h1>Records</h1>
        <Find entity={entity} systems={Object.keys(configuration?.systems ?? {})} />
      </header>
      <nav className="kinds" aria-label="Kinds of records">
        {entities.map((one) => (
          <button key={one} type="button" aria-pressed={one === entity} onClick={() => setSearch({ entity: one })}>
            {spaced(one)}
          </button>
        ))}
      </nav>
      <div className="record-rows" ref={scroller} tabIndex={0} role="region" aria-label={spaced(entity)}>
        {!isLoading && records.length === 0 ? <p className="none">There are none yet.</p> : undefined}
        <ul style={{ height: rows.getTotalSize() }}>
          {seen.map(({ index, start }) => {
            const record = records[index];
            if (!record) return undefined;
            const { name, number } = titleOf(names.get(record.id));
            return (
              <li key={record.id} style={{ transform: `translateY(${start}px)` }}>
                <Link href={`/records/${record.id}`}>
                  <strong>{number || '…'}</strong>
                  <span className="name">{name}</span>
                  <span className="where">
                    {Object.entries(record.systems).map(([system, { state }]) =>
                      state === 'present' ? <System key={system} id={system} /> : undefined,
                    )}
                  </span>
                  <span className="number">{record.versions}</span>
                  {record.held.length > 0 ? <span className="badge">waits</span> : <span />}
                </Link>
              </li>
            );
          })}
        </ul>
      </div>
    </div>
  );
}

function useRecords(entity: string) {
  return useSWRInfinite(
    (index: number, before: { readonly next?: string | undefined } | null) => {
      if (entity === '' || (before && before.next === undefined)) return null;
      return ['records', entity, index === 0 ? '' : (before?.next ?? '')];
    },
    ([, , after]) =>
      asked(
        client.GET('/v1/records', {
          params: { query: { entity, limit: PAGE, ...(after === undefined || after === '' ? {} : { after }) } },
        }),
      ),
    { revalidateFirstPage: false, keepPreviousData: false },
  );
}

/** By the key that a system knows it by. */
function Find({ entity, systems }: { readonly entity: string; readonly systems: readonly string[] }) {
  const [, setSearch] = useSearchParams();
  async function find(form: HTMLFormElement): Promise<void> {
    const told = new FormData(form).get('key');
    const key = typeof told === 'string' ? told.trim() : '';
    if (key === '') return;
    for (const system of systems) {
      const { items } = await asked(client.GET('/v1/records', { params: { query: { system, key, entity } } }));
      const [found] = items;
      if (found) return location.assign(`/records/${found.id}`);
    }
    setSearch((before) => before);
    form.querySelector<HTMLInputElement>('input')?.setCustomValidity('No system knows that key.');
    form.reportValidity();
  }
  return (
    <form
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        void find(event.currentTarget);
      }}
    >
      <label>
        <span className="unseen">A key, as a system writes it</span>
        <input name="key" placeholder="A key, as a system writes it" onInput={(event) => event.currentTarget.setCustomValidity('')} />
      </label>
      <button type="submit">Open</button>
    </form>
  );
}

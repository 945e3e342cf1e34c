import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import { Link } from 'wouter';
import type { Conflict } from '../api/client.ts';
import type { ConflictState, Names } from '../api/read.ts';
import { Icon } from '../parts/icon.tsx';
import { When } from '../parts/when.tsx';
import { counted, differingFields, fieldsWords, groupWords, LIFE, spaced, titleOf } from '../words.ts';
import type { Filters } from './order.ts';

interface Props {
  readonly shown: readonly Conflict[];
  readonly total: number;
  readonly names: Names;
  readonly here: string | undefined;
  readonly chosen: ReadonlySet<string>;
  readonly toggle: (id: string) => void;
  readonly entities: readonly string[];
  readonly filters: Filters;
  readonly filter: (name: string, value: string) => void;
  readonly address: (id: string) => string;
  readonly isLoading: boolean;
  readonly state: ConflictState;
}

const ROW_PX = 78;

export function ConflictList({ shown, total, names, here, chosen, toggle, entities, filters, filter, address, isLoading, state }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({ count: shown.length, getScrollElement: () => scroller.current, estimateSize: () => ROW_PX, overscan: 8 });
  const at = shown.findIndex(({ id }) => id === here);
  useEffect(() => {
    if (at >= 0) rows.scrollToIndex(at, { align: 'auto' });
  }, [at, rows]);

  return (
    <section className="conflicts" aria-label="Conflicts">
      <div className="head">
        <h1>
          Inbox <span className="many">{state === 'held' ? total : ''}</span>
        </h1>
        <select
          aria-label="Which ones"
          value={state}
          onChange={(event) => filter('state', event.target.value === 'held' ? '' : event.target.value)}
        >
          <option value="held">Waiting</option>
          <option value="resolved">Decided by people</option>
          <option value="settled">Decided by rules</option>
        </select>
      </div>
      <div className="filters">
        <label className="search">
          <Icon name="search" />
          <span className="unseen">Filter</span>
          <input
            id="inbox-filter"
            type="search"
            placeholder="Filter"
            value={filters.text}
            onChange={(event) => filter('q', event.target.value)}
          />
        </label>
        <select aria-label="Kind of record" value={filters.entity} onChange={(event) => filter('entity', event.target.value)}>
          <option value="">All kinds</option>
          {entities.map((entity) => (
            <option key={entity} value={entity}>
              {spaced(entity)}
            </option>
          ))}
        </select>
      </div>
      <div className="rows" ref={scroller} tabIndex={-1}>
        {isLoading ? <Skeleton /> : undefined}
        {!isLoading && shown.length === 0 ? (
          <p className="none">{total === 0 ? 'Nothing here.' : 'Nothing fits the filter.'}</p>
        ) : undefined}
        <ul style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, start }) => {
            const conflict = shown[index];
            if (!conflict) return undefined;
            return (
              <li key={conflict.id} style={{ transform: `translateY(${start}px)` }} aria-setsize={shown.length} aria-posinset={index + 1}>
                <Row
                  conflict={conflict}
                  names={names}
                  isHere={conflict.id === here}
                  isChosen={chosen.has(conflict.id)}
                  toggle={toggle}
                  to={address(conflict.id)}
                />
              </li>
            );
          })}
        </ul>
      </div>
      <p className="foot">
        {shown.length < total ? `${shown.length} of ${counted(total, 'conflict')}` : undefined}
        <span className="keys-hint">
          Press <kbd>?</kbd> for the keys
        </span>
      </p>
    </section>
  );
}

interface RowProps {
  readonly conflict: Conflict;
  readonly names: Names;
  readonly isHere: boolean;
  readonly isChosen: boolean;
  readonly toggle: (id: string) => void;
  readonly to: string;
}

function Row({ conflict, names, isHere, isChosen, toggle, to }: RowProps) {
  const { name, number, what } = titleOf(names.get(conflict.record));
  const title = [number, name].filter(Boolean).join(' · ') || what;
  return (
    <div className={`row ${isHere ? 'here' : ''} ${isChosen ? 'chosen' : ''}`}>
      <input type="checkbox" checked={isChosen} onChange={() => toggle(conflict.id)} aria-label={`Mark ${title}`} />
      <Link href={to} aria-current={isHere ? 'true' : undefined}>
        <span className="line">
          <strong>{title}</strong>
          <When at={conflict.closedAt ?? conflict.openedAt} as={conflict.closedAt === undefined ? 'for' : 'ago'} />
        </span>
        <span className="line second">{aboutWords(conflict)}</span>
        <span className="line third">{rivalWords(conflict)}</span>
      </Link>
    </div>
  );
}

function aboutWords({ about, fields, entity }: Conflict): string {
  if (about !== undefined) return `${spaced(entity)} · the same as another?`;
  return fields.includes(LIFE) ? `${spaced(entity)} · deleted, or not?` : `${spaced(entity)} · ${fieldsWords(fields)}`;
}

function rivalWords({ fields, sides, values, closedAt }: Conflict): string {
  const differing = differingFields(fields, sides);
  if (closedAt !== undefined && values) return groupWords(values, differing, 'short');
  if (fields.includes(LIFE)) return 'Delete it  or  keep it';
  return [...new Set(sides.map((side) => groupWords(side.values, differing, 'short')))].join('  or  ');
}

function Skeleton() {
  return (
    <div className="skeleton" aria-hidden="true">
      <span />
      <span />
      <span />
    </div>
  );
}

import { entityName, keyOf, must, type Hint, type Json, type Outcome, type Read, type Row, type Write } from '@concord/core';
import { pull } from './feed.ts';
import { THING } from './map.ts';
import { openRows, told, type Kept, type Rows } from './rows.ts';
import type { Nature } from './story.ts';

/** One system with its users, as it is inside: whatever is asked of it happens at once. */
export interface SimSystem {
  readonly rows: Rows;
  readonly nature: Nature;
  pull(from: Parameters<typeof pull>[1]): ReturnType<typeof pull>;
  read(key: Row['key']): Read;
  write(write: Write): Outcome;
  expire(): void;
  hide(on: boolean): void;
  /** Takes a column out of the table, or puts it back. */
  drift(column: string | undefined): void;
}

/** Whoever wants to know what happens to a system's rows. */
export interface Onlooker {
  /** A write of ours is about to change a row. */
  overwrites(before: Kept, write: Write): void;
  applied(write: Write, kept: Kept | undefined): void;
  changed(kept: Kept | undefined): void;
}

const OURS = 'concord';

/** What a system puts into an empty column of a new row. */
export function filledBy(system: string): string {
  return `filled by ${system}`;
}

export function openSystem(nature: Nature, keyed: boolean, nowMs: () => number, onlooker: Onlooker): SimSystem {
  const rows = openRows(nature, keyed, nowMs);
  let [issue, isHidden] = [1, false];
  let gone: string | undefined;

  const rowOf = (kept: Kept): Row => must(told(nature, kept), 'a row that is there is told');

  function inTheWay(kept: Kept): { readonly row?: Row } {
    return nature.tellsRowInTheWay ? { row: rowOf(kept) } : {};
  }

  function create(write: Write): Outcome {
    const { columns, correlation } = write;
    const account = columns['account'];
    const there = keyed ? rows.named(String(account)) : rows.carrying(correlation?.value ?? '');
    if (there) return { kind: 'exists', ...inTheWay(there) };
    const isFilled = nature.fills === true && (columns['phone'] ?? null) === null;
    return done(write, rows.make(isFilled ? { ...columns, phone: filledBy(nature.id) } : columns, OURS));
  }

  function done(write: Write, kept: Kept): Outcome {
    onlooker.applied(write, kept);
    onlooker.changed(kept);
    const { key, version } = kept;
    const columns = nature.answers === 'stored' || nature.answers === 'read-later' ? rowOf(kept).columns : {};
    return { kind: 'written', key, version, columns };
  }

  function apply(write: Write): Outcome {
    if (gone !== undefined && gone in write.columns) return drifted(gone);
    if (write.kind === 'create') return create(write);
    const kept = rows.get(must(write.key, 'an update or delete names its row'));
    if (!kept?.columns) return { kind: 'missing' };
    // Who names no version overwrites whatever is there.
    if (write.expected !== undefined && write.expected !== kept.version) return { kind: 'stale', ...inTheWay(kept) };
    onlooker.overwrites(kept, write);
    if (write.kind === 'update') return done(write, rows.set(kept.key, write.columns, OURS));
    rows.remove(kept.key, OURS);
    onlooker.applied(write, undefined);
    onlooker.changed(undefined);
    return { kind: 'removed' };
  }

  return {
    rows,
    nature,
    pull: (from) => (gone === undefined ? pull(rows, from, { issue, isHidden }) : drifted(gone)),
    read(key) {
      if (gone !== undefined) return drifted(gone);
      const kept = rows.get(key);
      return kept?.columns ? { kind: 'row', row: rowOf(kept) } : { kind: 'missing' };
    },
    write: apply,
    expire: () => void (issue += 1),
    hide: (on) => void (isHidden = on),
    drift: (column) => void (gone = column),
  };
}

/** An adapter asks for every mapped column by its name. */
function drifted(column: string): { readonly kind: 'drifted'; readonly words: string } {
  return { kind: 'drifted', words: `there is no column ${column}` };
}

export function hintsIn(body: Json): readonly Hint[] {
  const key = typeof body === 'string' && body !== '' ? { key: keyOf(body) } : {};
  return [{ entity: entityName(THING), ...key }];
}

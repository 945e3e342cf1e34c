import type { DeliveryId, SystemId } from '../ids.ts';
import { isOfParts, type Table } from '../map/compile.ts';
import type { MappedRow } from '../map/mapped.ts';
import type { Link, RecordState } from '../record/record.ts';
import { registerIn } from '../record/registers.ts';
import { sameValue, type Value } from '../values.ts';
import { isNear } from './near.ts';
import type { Past, PastValue } from './past.ts';

/** What a system that was put back shows of one register, where that is not what it was known to show. */
export interface Difference {
  readonly name: string;
  /** `lost`: it shows what was there before. `edit`: it shows what nobody has told, so somebody made it since. */
  readonly kind: 'lost' | 'edit';
  readonly shows: Value;
  /** What it was known to show. */
  readonly was: Value;
  /** Of what was lost, what it shows; of an edit, what it was made on, where that can be told. */
  readonly base?: Pick<PastValue, 'value' | 'number'>;
  /** Of an edit: it may be an older value all the same, which has left the ledger. */
  readonly isUnclear?: true;
  /** When what it lost was told, at the latest: it was put back to a moment before that. */
  readonly lostAtMs?: number;
}

/** What is known beside the record. */
export interface Known {
  readonly past: Past;
  /** Whether it is certain that a planned write was not sent. */
  readonly neverSent: (id: DeliveryId) => boolean;
}

/** A system tells times of change with its own clock, and others with theirs: so far they may be apart. */
const CLOCKS_APART_MS = 600_000;

/** In which registers a row of a system that was put back is not what it was known to be, and what that means. */
export function differencesIn(record: RecordState, row: MappedRow, table: Table, known: Known): readonly Difference[] {
  const shown = shownIn(record, row, known);
  const { told, isWhole, editedMs } = known.past;
  // By its own clock, it was changed last before somebody there made an edit of it: nobody has touched it since.
  const isOld = row.modifiedAtMs !== undefined && row.modifiedAtMs < (editedMs[row.system] ?? 0);
  const span = spanOf(row, shown, told);
  return shown.map((one) => {
    if (!canBeGiven(table, one.name, row.system)) return { ...one, kind: 'edit', base: { value: one.was, number: one.saw } };
    const before = told.get(one.name)?.findLast(({ value }) => sameValue(value, one.shows));
    if (before || isOld) return { ...one, kind: 'lost', ...(before ? { base: before, ...lostAt(told, one) } : {}) };
    if (!isWhole) return { ...one, kind: 'edit', isUnclear: true };
    const base = madeOn(told.get(one.name) ?? [], span);
    return { ...one, kind: 'edit', ...(base ? { base } : {}) };
  });
}

interface Shown extends Pick<Difference, 'name' | 'shows' | 'was'> {
  readonly saw: number;
}

/** What differs, but for what we may have written ourselves. */
function shownIn(record: RecordState, row: MappedRow, { neverSent }: Known): readonly Shown[] {
  const attempts = attemptsOf(record.links[row.system]).filter(({ id }) => !neverSent(id));
  const shown: Shown[] = [];
  for (const [name, shows] of row.values) {
    const shadow = registerIn(record, name)?.shadows[row.system];
    if (!shadow || sameValue(shadow.value, shows)) continue;
    const isOurs = attempts.some(({ registers }) => registers[name] !== undefined && isNear(registers[name].value, shows));
    if (!isOurs) shown.push({ name, shows, was: shadow.value, saw: shadow.saw });
  }
  return shown;
}

function attemptsOf(link: Link | undefined): readonly NonNullable<Link['planned']>[] {
  return [...(link?.unconfirmed ?? []), ...(link?.planned ? [link.planned] : [])];
}

/** Columns that cannot be written, or in which a system tells its part, cannot be given back: what they hold is taken as it is. */
function canBeGiven(table: Table, name: string, system: SystemId): boolean {
  if (table.map.sides[system]?.only === 'read' || isOfParts(table, name)) return false;
  return table.registers.get(name)?.writes(system) === true;
}

/** The row was changed last well before something was made that its system is known to have held. Clocks may be further apart: it is no proof. */
export function wentBack(
  record: RecordState,
  { system, modifiedAtMs, values }: Pick<MappedRow, 'system' | 'modifiedAtMs' | 'values'>,
): boolean {
  if (modifiedAtMs === undefined) return false;
  return [...values].some(([name, value]) => {
    const { stable, log, shadows } = registerIn(record, name) ?? {};
    const shadow = shadows?.[system];
    if (!shadow || sameValue(shadow.value, value)) return false;
    const edits = [...(stable ? [stable] : []), ...(log ?? [])].filter(({ number, author }) => number <= shadow.saw || author === system);
    return edits.some(({ stamp }) => stamp.ms > modifiedAtMs + CLOCKS_APART_MS);
  });
}

/** The changes, by number, between which the moment lies that a row shows. */
interface Span {
  readonly from: number;
  readonly before: number;
}

function spanOf(row: MappedRow, shown: readonly Shown[], past: Past['told']): Span {
  let from = 0;
  for (const [name, value] of row.values) from = Math.max(from, past.get(name)?.find((one) => sameValue(one.value, value))?.seq ?? 0);
  const ends = shown.flatMap((one) => nextOf(past, one)?.seq ?? []);
  return { from, before: Math.min(Number.POSITIVE_INFINITY, ...ends) };
}

/** What was told behind the last time that a register had this value. */
function nextOf(past: Past['told'], { name, shows }: Pick<Shown, 'name' | 'shows'>): PastValue | undefined {
  const told = past.get(name) ?? [];
  const last = told.findLastIndex(({ value }) => sameValue(value, shows));
  return last < 0 || told[last]?.seq === 0 ? undefined : told[last + 1];
}

function lostAt(past: Past['told'], one: Shown): Pick<Difference, 'lostAtMs'> {
  const next = nextOf(past, one);
  return next ? { lostAtMs: next.atMs } : {};
}

/** What a register showed at that moment, where it was but one value. */
function madeOn(told: readonly PastValue[], { from, before }: Span): PastValue | undefined {
  const standing = told.findLast(({ seq }) => seq <= from);
  const possible = [...(standing ? [standing] : []), ...told.filter(({ seq }) => seq > from && seq < before)];
  const [first] = possible;
  return first && possible.every(({ value }) => sameValue(value, first.value)) ? possible.at(-1) : undefined;
}

import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Chance } from '../kit/chance.ts';

/** What happened on the way to the disk, in order. `file` is a name in the ledger's folder, or `.`, the folder. */
export type Event =
  | { readonly kind: 'open'; readonly file: string }
  | { readonly kind: 'write'; readonly file: string; readonly at: number; readonly bytes: Buffer }
  | { readonly kind: 'truncate'; readonly file: string; readonly size: number }
  | { readonly kind: 'sync'; readonly file: string }
  | { readonly kind: 'unlink'; readonly file: string }
  /** The child said that so many commits are acknowledged. */
  | { readonly kind: 'acknowledged'; readonly count: number };

/** Reads what strace wrote of one run: all that concerns the ledger's files, and their folder. */
export function readEvents(log: string, ledgerFile: string): readonly Event[] {
  const files = new Map<string, string>();
  const nameOf: NameOf = (path) => (path.startsWith(ledgerFile) ? basename(path) : path === dirname(ledgerFile) ? FOLDER : undefined);
  return readFileSync(log, 'latin1')
    .split('\n')
    .flatMap((line) => eventsIn(line, files, nameOf));
}

type NameOf = (path: string) => string | undefined;

const FOLDER = '.';
const LINE = /^(\w+)\((.*)\)\s+= (-?\d+)/;

function eventsIn(line: string, files: Map<string, string>, nameOf: NameOf): readonly Event[] {
  const [, call = '', given = '', answer = '-1'] = LINE.exec(line) ?? [];
  const [first = '', ...rest] = given.split(', ');
  if (call === '' || answer.startsWith('-')) return [];
  if (call === 'write') return first === '1' ? [{ kind: 'acknowledged', count: Number(textIn(rest[0])) }] : [];
  if (call === 'close') files.delete(first);
  const file = call === 'openat' ? nameOf(textIn(rest[0])) : call === 'unlink' ? nameOf(textIn(first)) : files.get(first);
  if (file === undefined) return [];
  if (call === 'openat') files.set(answer, file);
  switch (call) {
    case 'openat':
      return [{ kind: 'open', file }];
    case 'unlink':
      return [{ kind: 'unlink', file }];
    case 'pwrite64':
      return [{ kind: 'write', file, at: Number(rest[2]), bytes: bytesOf(rest[0]).subarray(0, Number(answer)) }];
    case 'ftruncate':
      return [{ kind: 'truncate', file, size: Number(rest[0]) }];
    default:
      return call === 'fsync' || call === 'fdatasync' ? [{ kind: 'sync', file }] : [];
  }
}

/** strace writes every byte as `\x41`. */
function bytesOf(quoted = ''): Buffer {
  return Buffer.from(quoted.replaceAll(/[^0-9a-f]/g, ''), 'hex');
}

function textIn(quoted: string | undefined): string {
  return bytesOf(quoted).toString();
}

/** A disk writes whole sectors, or does not. */
const SECTOR_BYTES = 512;

type Change = Extract<Event, { kind: 'write' | 'truncate' }>;

/** A file as it is on the platter, and what the system has not yet brought there. */
interface Content {
  platter: Buffer;
  pending: Change[];
  /** Its name is on the platter. */
  isNamed: boolean;
}

interface Place {
  now: Content | undefined;
  /** What bore this name before, and may turn up again: that it went is not on the platter. */
  before: Content | undefined;
}

export interface Image {
  /** After so many events the power went. */
  readonly after: number;
  readonly files: ReadonlyMap<string, Buffer>;
  /** How many commits had been acknowledged. */
  readonly acknowledged: number;
}

/**
 * What may be on the disk when the power goes, at so many moments: of what was not synced, any part may be there or not, whatever came before
 * or after it, and of a write any of its sectors.
 */
export function* images(events: readonly Event[], many: number, chance: Chance): Generator<Image> {
  const places = new Map<string, Place>();
  let [happened, acknowledged] = [0, 0];
  const moments = Array.from({ length: many }, () => chance.whole(events.length + 1)).toSorted((a, b) => a - b);
  for (const after of moments) {
    for (const event of events.slice(happened, after)) {
      if (event.kind === 'acknowledged') acknowledged = event.count;
      else happen(places, event);
    }
    happened = after;
    yield { after, acknowledged, files: filesLeft(places, luckOf(chance)) };
  }
}

function filesLeft(places: ReadonlyMap<string, Place>, luck: Luck): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const [name, place] of places) {
    const bytes = name === FOLDER ? undefined : leftOf(place, luck);
    if (bytes) files.set(name, bytes);
  }
  return files;
}

function happen(places: Map<string, Place>, event: Exclude<Event, { kind: 'acknowledged' }>): void {
  const place = places.get(event.file) ?? { now: undefined, before: undefined };
  places.set(event.file, place);
  if (event.kind === 'unlink') {
    place.before = place.now;
    place.now = undefined;
    return;
  }
  place.now ??= { platter: Buffer.alloc(0), pending: [], isNamed: false };
  if (event.kind === 'write' || event.kind === 'truncate') place.now.pending.push(event);
  if (event.kind !== 'sync') return;
  place.now.platter = place.now.pending.reduce((bytes, change) => changed(bytes, change, () => true), place.now.platter);
  place.now.pending = [];
  place.now.isNamed = true;
  place.before = undefined;
  // A folder that is synced knows which names are in it.
  if (event.file !== FOLDER) return;
  for (const other of places.values()) {
    other.before = undefined;
    if (other.now) other.now.isNamed = true;
  }
}

/** How the cut treats what was pending. */
interface Luck {
  keeps(index: number, of: number): boolean;
  /** Whether a sector of a write that was kept is there. */
  sector(): boolean;
  coin(): boolean;
}

function luckOf(chance: Chance): Luck {
  const coin = (): boolean => chance.whole(2) === 0;
  const way = chance.pick(['none', 'all', 'first ones', 'any'] as const);
  const isTorn = coin();
  const share = chance.whole(100) / 100;
  return {
    keeps: (index, of) => (way === 'any' ? coin() : way === 'all' || (way === 'first ones' && index < share * of)),
    sector: () => !isTorn || chance.whole(4) > 0,
    coin,
  };
}

function leftOf({ now, before }: Place, luck: Luck): Buffer | undefined {
  const content = now && (now.isNamed || luck.coin()) ? now : before && luck.coin() ? before : undefined;
  return content?.pending.reduce(
    (bytes, change, index) => (luck.keeps(index, content.pending.length) ? changed(bytes, change, luck.sector) : bytes),
    content.platter,
  );
}

function changed(bytes: Buffer, change: Change, isThere: () => boolean): Buffer {
  if (change.kind === 'truncate') return resized(bytes, change.size);
  const { at, bytes: written } = change;
  const result = resized(bytes, Math.max(bytes.length, at + written.length));
  for (let from = 0; from < written.length;) {
    const to = Math.min(written.length, SECTOR_BYTES * (Math.floor((at + from) / SECTOR_BYTES) + 1) - at);
    if (isThere()) written.copy(result, at + from, from, to);
    from = to;
  }
  return result;
}

function resized(bytes: Buffer, size: number): Buffer {
  const result = Buffer.alloc(size);
  bytes.copy(result);
  return result;
}

import { brokeOf } from '../errors/broke.ts';
import { entityName, type EntityName, type RecordId } from '../ids.ts';
import { CONCORD } from '../register/actors.ts';
import type { Json } from '../values.ts';
import { compactionOf, type CompactedTold, type CompactingParts, type CompactionFound } from './compacting.ts';
import { isOfLedger } from './ledger-health.ts';
import { backoffMs } from './pace.ts';
import type { Parts, Stop } from './parts.ts';
import { openBell } from './signal.ts';

/** What a person wants told short. */
export interface RetentionAsk {
  /** What was changed before then may go; ms since 1970 UTC. */
  readonly beforeMs: number;
  readonly entity?: EntityName;
  readonly by: string;
  readonly note?: string;
  /** Whether what goes is kept in the archive first. */
  readonly archives: boolean;
}

/** One pass over all records. Counts go on behind a restart; what was looked at just before it may be counted twice. */
export interface RetentionPass extends Pick<RetentionAsk, 'beforeMs' | 'entity' | 'archives'> {
  readonly by: string;
  /** ms since 1970 UTC. */
  readonly beganAtMs: number;
  /** Absent while it is under way. */
  readonly endedAtMs?: number;
  /** Looked at so far. */
  readonly records: number;
  readonly compacted: number;
  /** Changes that are told no longer by themselves. */
  readonly removed: number;
  /** Records that stay whole: on which something stands; that do not agree with themselves; that are too long; that were edited all the while. */
  readonly needed: number;
  readonly wrong: number;
  readonly long: number;
  readonly moved: number;
}

/** How histories are told short while the engine runs; all of it may be left out. */
export interface RetentionOptions {
  /** By themselves, those that are older; ms. */
  readonly keepMs?: number;
  /** How long from the beginning of a pass to that of the next; ms. */
  readonly everyMs?: number;
  /** Where it is found out what a record would come to; absent: here, between two turns. */
  readonly find?: (record: RecordId, beforeMs: number, beforeSeq: number | undefined) => Promise<CompactionFound | undefined>;
  /** Where what goes is kept. */
  readonly archive?: RetentionArchive;
  /** Called behind a pass. */
  readonly ended?: (pass: RetentionPass) => Promise<void>;
}

export interface RetentionArchive {
  /** Keeps all that a record's history tells; on the disk once it resolves. Answers how it is taken back. */
  put(record: RecordId): Promise<() => Promise<void>>;
  /** A pass is over, or rests with the engine. */
  close(): Promise<void>;
}

export interface Retention {
  load(): Promise<void>;
  begin(ask: RetentionAsk): Promise<'begun' | 'busy'>;
  /** The pass under way, or the last one. */
  pass(): RetentionPass | undefined;
  run(stop: Stop): Promise<void>;
  readonly isIdle: boolean;
}

/** With more changes than this a record is for a sidecar that is stopped: putting it in place would keep everybody waiting. */
const LIVE_CHANGES_MAX = 10_000;

const NOTE = 'retention';
const DAY_MS = 86_400_000;
/** So many records are read at a time. */
const PAGE_ROWS = 20;
/** The place is kept once in so many pages: from there on it is done again after a crash. */
const PAGES_KEPT = 25;
/** A pass rests so many times as long as it has worked. */
const REST_SHARE = 4;
/** And no longer than that: a page may have taken long because other things did. */
const REST_MS_MAX = 2_000;
/** A record that is edited meanwhile is found out about again; the last time nobody may edit it. */
const TRIES = 3;

/** What telling a record short would come to, while a sidecar uses it. Reads, and changes nothing. `undefined`: there is no such record, or no map. */
export async function liveCompactionOf(parts: CompactingParts, id: RecordId, beforeMs: number): Promise<CompactionFound | undefined> {
  const record = await parts.ledger.record(id);
  return record && compactionOf(parts, record, { beforeMs, changesMax: LIVE_CHANGES_MAX });
}

type Running = RetentionPass & { readonly after?: string };

/**
 * Has old changes leave the ledger while it is used: one record after another, each in its lane, so that no write of it is under way while
 * its operations get other names. Between two of them everybody else has a turn, and after each page it rests.
 */
export function openRetention(parts: Parts, options: RetentionOptions, pinned: (record: RecordId) => number | undefined): Retention {
  const { ledger, clock, lanes } = parts;
  const { keepMs, everyMs = DAY_MS, archive } = options;
  const bell = openBell();
  let current: Running | undefined;
  let last: RetentionPass | undefined;
  let [failures, pages] = [0, 0];

  function find(record: RecordId, beforeMs: number): Promise<CompactionFound | undefined> {
    return options.find ? options.find(record, beforeMs, pinned(record)) : liveCompactionOf({ ...parts, pinned }, record, beforeMs);
  }

  /** Finding out takes long, and holds nobody up; only putting it in place does. `undefined`: it was edited meanwhile. */
  async function attempt(
    id: RecordId,
    { beforeMs, archives }: Running,
    isHeld: boolean,
  ): Promise<Pick<CompactedTold, 'kind' | 'removed'> | undefined> {
    const before = await ledger.record(id);
    const found = before && (await find(id, beforeMs));
    if (!found) return { kind: 'recent', removed: 0 };
    const { told, compacted } = found;
    if (!compacted) return (await ledger.record(id))?.revision === before.revision ? told : undefined;
    const placing = (): Promise<boolean> => place(id, compacted, archives);
    return (await (isHeld ? placing() : lanes.run(id, placing))) ? told : undefined;
  }

  async function place(id: RecordId, compacted: NonNullable<CompactionFound['compacted']>, archives: boolean): Promise<boolean> {
    if ((await ledger.record(id))?.revision !== compacted.record.revision - 1) return false;
    const takeBack = archives ? await archive?.put(id) : undefined;
    if ((await ledger.compact(compacted)) === 'compacted') return true;
    await takeBack?.();
    return false;
  }

  async function compactOne(id: RecordId, pass: Running): Promise<Running> {
    for (let tries = 1; tries <= TRIES; tries += 1) {
      const told = tries < TRIES ? await attempt(id, pass, false) : await lanes.run(id, () => attempt(id, pass, true));
      if (told) return counted(pass, told);
    }
    return { ...pass, records: pass.records + 1, moved: pass.moved + 1 };
  }

  async function page(pass: Running, stop: Stop): Promise<void> {
    const { entity, after } = pass;
    const asked = { limit: PAGE_ROWS, ...(entity === undefined ? {} : { entity }), ...(after === undefined ? {} : { after }) };
    const { items, next } = await ledger.records(asked);
    let now = pass;
    for (const { id } of items) {
      if (stop.isStopped) return;
      now = await compactOne(id, now);
      await clock.turn();
    }
    pages += 1;
    if (next === undefined) return end(now);
    current = { ...now, after: next };
    if (pages % PAGES_KEPT === 0) await keep(current);
  }

  async function end({ after: _after, ...pass }: Running): Promise<void> {
    const ended = { ...pass, endedAtMs: clock.nowMs() };
    await archive?.close();
    await keep(ended);
    [current, last] = [undefined, ended];
    parts.log.event('retention', { records: ended.records, compacted: ended.compacted, removed: ended.removed });
    await options.ended?.(ended);
  }

  function keep(pass: Running): Promise<void> {
    return parts.committer.note({ name: NOTE, value: JSON.parse(JSON.stringify(pass)) });
  }

  async function begin({ beforeMs, entity, by, note, archives }: RetentionAsk): Promise<'begun' | 'busy'> {
    if (current) return 'busy';
    const beganAtMs = clock.nowMs();
    const what = { beforeMs, by, archives, ...(entity === undefined ? {} : { entity }) };
    const begun: Running = { ...what, beganAtMs, records: 0, compacted: 0, removed: 0, needed: 0, wrong: 0, long: 0, moved: 0 };
    current = begun;
    const words = `changes from before ${new Date(beforeMs).toISOString()}${entity === undefined ? '' : ` of ${entity}`}`;
    try {
      const act = { atMs: beganAtMs, operator: by, act: 'compact', note: note === undefined ? words : `${words}: ${note}` };
      // First: that it was begun is known, also where it is stopped half-way.
      await Promise.all([parts.committer.act(act), keep(begun)]);
    } catch (cause) {
      current = undefined;
      throw cause;
    }
    bell.ring();
    return 'begun';
  }

  /** `undefined`: none begins by itself. */
  function dueMs(): number | undefined {
    return keepMs === undefined ? undefined : (last?.beganAtMs ?? Number.NEGATIVE_INFINITY) + everyMs;
  }

  async function step(stop: Stop): Promise<void> {
    const nowMs = clock.nowMs();
    const due = dueMs();
    if (!current && keepMs !== undefined && due !== undefined && due <= nowMs)
      await begin({ beforeMs: nowMs - keepMs, by: CONCORD, archives: archive !== undefined });
    if (!current) return clock.sleep(Math.min(DAY_MS, Math.max(1, (due ?? nowMs + DAY_MS) - nowMs)), [stop, bell]);
    await page(current, stop);
    await clock.sleep(Math.min(REST_MS_MAX, (clock.nowMs() - nowMs) * REST_SHARE), [stop]);
  }

  return {
    async load() {
      const told = readPass(await ledger.note(NOTE));
      if (told?.endedAtMs === undefined) current = told;
      else last = told;
    },
    begin,
    pass: () => passOf(current) ?? last,
    async run(stop) {
      while (!stop.isStopped) {
        bell.take();
        try {
          await step(stop);
          failures = 0;
        } catch (cause) {
          failures += 1;
          if (!isOfLedger(cause)) parts.log.event('retention failed', { ...brokeOf(cause) });
          await clock.sleep(backoffMs(parts, failures), [stop]);
        }
      }
      await archive?.close();
    },
    get isIdle() {
      return current === undefined;
    },
  };
}

function passOf(running: Running | undefined): RetentionPass | undefined {
  if (!running) return undefined;
  const { after: _after, ...pass } = running;
  return pass;
}

function counted(pass: Running, { kind, removed }: Pick<CompactedTold, 'kind' | 'removed'>): Running {
  const sum = { ...pass, records: pass.records + 1, removed: pass.removed + removed };
  return kind === 'recent' ? sum : { ...sum, [kind]: pass[kind] + 1 };
}

/** What this file wrote itself. */
function readPass(told: Json | undefined): Running | undefined {
  if (told === undefined) return undefined;
  const read: Running = JSON.parse(JSON.stringify(told));
  return read.entity === undefined ? read : { ...read, entity: entityName(read.entity) };
}

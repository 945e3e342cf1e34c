import { brokeOf } from '../errors/broke.ts';
import { changeAt } from '../ports/change-at.ts';
import type { EntityName, RecordId } from '../ids.ts';
import { resolve } from '../merge/resolve.ts';
import type { Plan } from '../ports/plan.ts';
import { registerIn } from '../record/registers.ts';
import { CONCORD } from '../register/actors.ts';
import { sameValue, type Json, type Value } from '../values.ts';
import type { Intake } from './intake.ts';
import { NotNow } from './not-now.ts';
import { isOfLedger } from './ledger-health.ts';
import { backoffMs } from './pace.ts';
import type { Parts, Stop } from './parts.ts';
import { letStand, whyNot } from './restoring.ts';
import { openBell } from './signal.ts';

/** A value that a person wants to stand until a time, whoever edits the field meanwhile. */
export interface Pin {
  readonly record: RecordId;
  readonly entity: EntityName;
  readonly register: string;
  /** The version of the record that told the value first: it is kept nowhere else, so that it can be erased. */
  readonly version: number;
  readonly by: string;
  /** What the person wrote beside it. */
  readonly words?: string;
  /** ms since 1970 UTC. */
  readonly untilMs: number;
  /** How often it was put back. */
  readonly turns: number;
}

export interface PinAsk extends Pick<Pin, 'record' | 'register' | 'by' | 'untilMs'> {
  /** Absent: the one that stands. */
  readonly value?: Value;
  readonly note?: string;
}

export type PinAnswer =
  | { readonly kind: 'pinned' | 'unknown' }
  /** It cannot be done as things are. */
  | { readonly kind: 'refused'; readonly words: string };

export interface Pins {
  load(): Promise<void>;
  put(ask: PinAsk): Promise<PinAnswer>;
  drop(ask: Pick<Pin, 'record' | 'register' | 'by'>): Promise<'unpinned' | 'gone'>;
  list(): readonly Pin[];
  /** The earliest version of a record whose value one of its pins stands on. */
  pinned(record: RecordId): number | undefined;
  /** A plan was committed: what it brought may have to go back. */
  follow(plan: Plan): void;
  run(stop: Stop): Promise<void>;
  readonly isIdle: boolean;
}

/** All of them stand in one note. */
const PINS_MAX = 1_000;
/** An automation that sets its value again each time would go on for ever. */
const TURNS_MAX = 20;
/** The note's name in the ledger. */
export const PINS_NOTE = 'pins';

/**
 * Edits of a pinned field are taken like any others, and the pinned value is put back behind each: a ruling, in the name of whoever pinned it.
 * So nothing is lost, every system comes to the same, and no decision depends on a clock; when to stop is all that the time decides.
 */
export function openPins(parts: Parts, intake: () => Intake): Pins {
  const { ledger, clock, committer, lanes } = parts;
  const pins = new Map<string, Pin>();
  const dirty = new Set<string>();
  const bell = openBell();
  let busy = false;
  let failures = 0;

  const nameOf = ({ record, register }: Pick<Pin, 'record' | 'register'>): string => `${record} ${register}`;

  function save(): Promise<void> {
    const told: Json = JSON.parse(JSON.stringify([...pins.values()]));
    return committer.note({ name: PINS_NOTE, value: pins.size === 0 ? undefined : told });
  }

  function touch(name: string): void {
    dirty.add(name);
    bell.ring();
  }

  /** `undefined`: it was erased, or is kept no longer. */
  async function valueOf({ record, register, version }: Pin): Promise<Value | undefined> {
    const change = await changeAt(ledger, record, version);
    if (!change || change.erased) return undefined;
    return change.edits.find((edit) => edit.register === register)?.value;
  }

  /** Puts the value back where it does not stand, in the record's lane. */
  async function uphold(pin: Pin): Promise<void> {
    const { record: id, register, by, untilMs, words = `pinned until ${new Date(untilMs).toISOString()}` } = pin;
    const value = await valueOf(pin);
    if (value === undefined) return giveUp(pin, 'its value is kept no longer');
    const answer = await lanes.run(id, () =>
      intake().persist(
        id,
        (now, context) => {
          const table = parts.tables.get(now.entity);
          const stands = registerIn(now, register);
          if (!table || whyNot(now, register, table) !== undefined || !stands) return undefined;
          if (!stands.held && sameValue(stands.value, value)) return undefined;
          return resolve(now, { register, value, by, note: words }, table, context);
        },
        true,
      ),
    );
    if (answer === 'committed') await count(pin);
  }

  /** The value is ruled at once; the version in which it is stands for it from then on. */
  async function put(ask: PinAsk): Promise<PinAnswer> {
    const { record: id, register, by, note, untilMs } = ask;
    const name = nameOf(ask);
    if (pins.size >= PINS_MAX && !pins.has(name)) return { kind: 'refused', words: `${PINS_MAX} fields are pinned already` };
    const why = note === undefined ? {} : { note };
    const value = ask.value === undefined ? {} : { value: ask.value };
    const stood = await letStand(parts, intake(), { record: id, register, by, ...why, ...value, act: 'pin' });
    if (stood.kind !== 'stands') return stood.kind === 'refused' ? stood : { kind: 'unknown' };
    const told = note === undefined ? {} : { words: note };
    pins.set(name, { record: id, entity: stood.record.entity, register, version: stood.version, by, untilMs, turns: 0, ...told });
    // Somebody may have edited it since it was ruled.
    touch(name);
    await save();
    return { kind: 'pinned' };
  }

  async function count(pin: Pin): Promise<void> {
    const counted = { ...pin, turns: pin.turns + 1 };
    if (pins.get(nameOf(pin)) !== pin) return;
    pins.set(nameOf(pin), counted);
    if (counted.turns > TURNS_MAX) return giveUp(counted, `it was set to something else ${counted.turns} times`);
    await save();
  }

  async function giveUp(pin: Pin, why: string): Promise<void> {
    const { entity, record, register, by } = pin;
    pins.delete(nameOf(pin));
    await save();
    const words = `${register}, which ${by} has pinned, is pinned no longer: ${why}`;
    await committer.failure({ atMs: clock.nowMs(), system: CONCORD, entity, record, code: 'C15', words });
  }

  async function dropOld(): Promise<void> {
    const old = [...pins].filter(([, { untilMs }]) => untilMs <= clock.nowMs());
    for (const [name] of old) pins.delete(name);
    if (old.length > 0) await save();
  }

  async function step(stop: Stop): Promise<void> {
    await dropOld();
    const [name] = dirty;
    if (name === undefined) return clock.sleep(parts.limits.pollMs, [stop, bell]);
    busy = true;
    dirty.delete(name);
    try {
      const pin = pins.get(name);
      if (pin) await uphold(pin);
      failures = 0;
    } catch (cause) {
      if (!(cause instanceof NotNow) && !isOfLedger(cause)) parts.log.event('pin failed', { ...brokeOf(cause) });
      touch(name);
      failures += 1;
      await clock.sleep(backoffMs(parts, failures), [stop]);
    } finally {
      busy = false;
    }
  }

  return {
    async load() {
      for (const pin of readPins(await ledger.note(PINS_NOTE))) pins.set(nameOf(pin), pin);
      for (const name of pins.keys()) touch(name);
    },
    put,
    async drop({ record, register, by }) {
      if (!pins.delete(nameOf({ record, register }))) return 'gone';
      await committer.act({ atMs: clock.nowMs(), operator: by, act: 'unpin', record, note: register });
      await save();
      return 'unpinned';
    },
    list: () => [...pins.values()].filter(({ untilMs }) => untilMs > clock.nowMs()),
    pinned: (record) => earliest([...pins.values()].filter((pin) => pin.record === record)).get(record),
    follow({ record }) {
      if (pins.size === 0) return;
      for (const [name, pin] of pins) if (pin.record === record.id) touch(name);
    },
    async run(stop) {
      while (!stop.isStopped) {
        bell.take();
        await step(stop);
      }
    },
    get isIdle() {
      return dirty.size === 0 && !busy;
    },
  };
}

/** By record, the earliest version whose value one of its pins stands on. Takes the note as `PINS_NOTE` names it. */
export function pinnedVersions(told: Json | undefined): ReadonlyMap<RecordId, number> {
  return earliest(readPins(told));
}

function earliest(pins: readonly Pin[]): ReadonlyMap<RecordId, number> {
  const versions = new Map<RecordId, number>();
  for (const { record, version } of pins) versions.set(record, Math.min(version, versions.get(record) ?? version));
  return versions;
}

/** What this file wrote itself. */
function readPins(told: Json | undefined): readonly Pin[] {
  return told === undefined ? [] : JSON.parse(JSON.stringify(told));
}

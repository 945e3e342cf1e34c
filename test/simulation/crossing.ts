import {
  actorOf,
  keyOf,
  opId,
  recordId,
  systemId,
  version,
  type MappedRow,
  type Plan,
  type RecordState,
  type SystemId,
  type Table,
  type Value,
} from '@concord/core';
import type { Meant } from '../kit/meant.ts';
import type { Core } from './core.ts';
import { digest } from './hash.ts';
import { tableOf } from './scope.ts';
import type { Combined } from './tokens.ts';

/** A user does something to what their screen shows, or Concord reads a row, or writes it. */
interface Step {
  /** `lose`: a write arrives, and its answer does not. */
  readonly kind: Act | 'hear' | 'deliver' | 'lose';
  readonly at: number;
}

/** A system's row, with what it shows to its users. */
interface Screen {
  readonly value: Value;
  readonly version: number;
  /** The edits that its users have before their eyes, by their numbers among all that was meant. */
  readonly seen: ReadonlySet<number>;
  /** What they have done since the row was read. */
  readonly unheard?: Pick<Meant, 'before' | 'past'> | undefined;
}

interface Moment {
  readonly record: RecordState | undefined;
  readonly nowMs: number;
  readonly screens: readonly Screen[];
  readonly puts: readonly { readonly at: number; readonly token: string }[];
  readonly meant: readonly Meant[];
  /** The edits that were ever written to a system. */
  readonly carried: ReadonlySet<number>;
  /** Writes that were sent and not answered. */
  readonly lost: readonly string[];
}

export type Act = 'put' | 'take' | 'toggle';

export interface Crossing {
  readonly systems: readonly string[];
  /** What users of each system do, in this order. */
  readonly acts: readonly (readonly Act[])[];
  readonly field: Combined;
  /** Whether the answer to one write is lost, somewhere on the way. */
  readonly losing?: true;
  /** One in so many of the histories without such edits is brought to its end; absent: every one. */
  readonly oneIn?: number;
}

/** What makes edits cross both ways: one takes out what it saw of the other, which edits on before it has seen anything. */
export const CRISSCROSS: Crossing['acts'] = [
  ['put', 'take'],
  ['put', 'put'],
];

/** The same with one that everybody knows: what one takes out another may put back, and both at once. */
export const TOGGLED: Crossing['acts'] = [
  ['toggle', 'put'],
  ['toggle', 'toggle'],
];

interface End {
  readonly isAsked: boolean;
  /** Absent: it comes to what people meant, or a person is asked, rightly. */
  readonly wrong?: string;
}

export interface Crossed {
  readonly histories: number;
  /** Those of them in which edits cross both ways. */
  readonly crisscross: number;
  /** Those in which a person is asked, rightly. */
  readonly asked: number;
  readonly wrong: readonly string[];
}

const ID = recordId('record-of-the-scope-0');
const BASE_MS = 1_750_000_000_000;
const APART_MS = 1000;
const ROUNDS_MAX = 12;
/** So many are told; more say nothing new. */
const WRONG_MAX = 5;

/** Walks through every order in which users do this and Concord reads and writes rows, and compares what each comes to with what people meant. */
export function cross(core: Core, crossing: Crossing): Crossed {
  const { systems, acts, field, losing, oneIn = 1 } = crossing;
  const walk = openWalk(core, crossing);
  const ours: readonly Step['kind'][] = losing ? ['hear', 'deliver', 'lose'] : ['hear', 'deliver'];
  const wrong: string[] = [];
  let [number, histories, crisscross, asked] = [0, 0, 0, 0];
  const go = (moment: Moment, told: readonly Step[], left: Crossing['acts']): void => {
    if (wrong.length >= WRONG_MAX) return;
    if (left.every(({ length }) => length === 0)) {
      const crosses = isCrisscross(told);
      number += 1;
      if (!crosses && number % oneIn > 0) return;
      histories += 1;
      if (crosses) crisscross += 1;
      const end = walk.settled(moment);
      if (end.isAsked) asked += 1;
      if (end.wrong !== undefined)
        wrong.push(`${field.name}: ${told.map(({ kind, at }) => `${kind} ${systems[at]}`).join(', ')}: ${end.wrong}`);
      return;
    }
    for (const at of systems.keys()) {
      for (const kind of [...(left[at] ?? []).slice(0, 1), ...ours]) {
        const next = walk.take(moment, { kind, at });
        if (next)
          go(next, [...told, { kind, at }], isAct({ kind, at }) ? left.map((rest, index) => (index === at ? rest.slice(1) : rest)) : left);
      }
    }
  };
  go(walk.opening, [], acts);
  return { histories, crisscross, asked, wrong };
}

/** Somebody edits again what came from elsewhere meanwhile, and over there somebody edits on, who has been told of nothing of theirs. */
function isCrisscross(told: readonly Step[]): boolean {
  const isBefore = (until: number, at: number, is: (step: Step) => boolean): boolean =>
    told.slice(0, until).some((step) => step.at === at && is(step));
  return told.some((step, index) => {
    const { at } = step;
    if (!isAct(step) || !isBefore(index, at, isAct) || !isBefore(index, at, isWrite)) return false;
    return told.some((later, place) => place > index && isAct(later) && later.at !== at && !isBefore(place, later.at, isWrite));
  });
}

function isAct({ kind }: Step): boolean {
  return kind !== 'hear' && !isWrite({ kind });
}

function isWrite({ kind }: Pick<Step, 'kind'>): boolean {
  return kind === 'deliver' || kind === 'lose';
}

function openWalk(core: Core, { systems, field }: Crossing) {
  const ids = systems.map(systemId);
  const { type, policy, base } = field;
  const table: Table = tableOf(core, { systems, policy, type });
  const contextOf = ({ nowMs, lost }: Moment) => ({
    nowMs,
    newRecord: ID,
    neverSent: (id: string) => !lost.includes(id),
    digest,
  });
  const rowOf = (moment: Moment, at: number): MappedRow => {
    const [system, screen] = [idAt(at), moment.screens[at]];
    const values = new Map<string, Value>([['name', screen?.value ?? null]]);
    return {
      system,
      key: keyOf(system),
      version: version(String(screen?.version)),
      values,
      modifiedAtMs: moment.nowMs,
      unreadable: [],
      waitsFor: [],
    };
  };
  const idAt = (at: number): SystemId => ids[at] ?? systemId('');
  const planned = (moment: Moment, plan: Plan | undefined): Moment => (plan ? { ...moment, record: plan.record } : moment);
  const shown = (moment: Moment, at: number, change: Partial<Screen>): Moment => ({
    ...moment,
    screens: moment.screens.map((screen, index) => (index === at ? { ...screen, ...change, version: screen.version + 1 } : screen)),
  });

  function take(before: Moment, { kind, at }: Step): Moment | undefined {
    const moment = { ...before, nowMs: before.nowMs + APART_MS };
    const value = moment.screens[at]?.value ?? null;
    switch (kind) {
      case 'put': {
        const token = String(2 ** moment.puts.length);
        const puts = [...moment.puts, { at, token }];
        return typed({ ...moment, puts }, at, field.put(value, token, moment.puts.length));
      }
      case 'take': {
        const seen = moment.puts.findLast((put) => put.at !== at && field.shows(value, put.token));
        return seen && typed(moment, at, field.take(value, seen.token));
      }
      case 'toggle':
        return field.toggle && typed(moment, at, field.toggle(value));
      case 'hear':
        return heard(moment, at);
      case 'deliver':
        return delivered(moment, at);
      case 'lose':
        return moment.lost.length > 0 ? undefined : sentInVain(moment, at);
    }
  }

  function typed(moment: Moment, at: number, value: Value): Moment | undefined {
    const screen = moment.screens[at];
    if (!screen || isAsBefore(moment, at, value)) return undefined;
    return shown(moment, at, { value, unheard: screen.unheard ?? { before: screen.value, past: screen.seen } });
  }

  /** Who puts back what stood before a write of which no answer came cannot be told from a row that the write never reached. */
  function isAsBefore({ record }: Moment, at: number, value: Value): boolean {
    const isDoubted = record?.links[idAt(at)]?.unconfirmed !== undefined;
    return isDoubted && core.registerIn(record, 'name')?.shadows[idAt(at)]?.value === value;
  }

  function heard(moment: Moment, at: number): Moment | undefined {
    const plan = core.observe(moment.record, rowOf(moment, at), table, contextOf(moment));
    return plan && planned(told(moment, at), plan);
  }

  /** What was done since the row was read is one edit; it stands for the one before it, if that was written nowhere. */
  function told(moment: Moment, at: number): Moment {
    const { meant, carried, screens } = moment;
    const screen = screens[at];
    if (!screen?.unheard) return moment;
    const { value, unheard, seen } = screen;
    const author = idAt(at);
    const step = meant.findLast((edit) => edit.author === author && !carried.has(edit.id));
    const stamp = { ms: moment.nowMs, count: 0, system: author };
    const op = opId(meant.length + 1, actorOf(author));
    const edit: Meant = step ? { ...step, op, value, stamp } : { id: meant.length, op, author, value, stamp, ...unheard };
    const next = { ...screen, seen: new Set([...seen, edit.id]), unheard: undefined };
    return {
      ...moment,
      meant: step ? meant.map((one) => (one === step ? edit : one)) : [...meant, edit],
      screens: screens.map((one) => (one === screen ? next : one)),
    };
  }

  function written(moment: Moment, at: number): Moment | 'stale' | undefined {
    const attempt = moment.record?.links[idAt(at)]?.planned;
    if (!attempt) return undefined;
    if (attempt.kind === 'update' && attempt.expected !== String(moment.screens[at]?.version)) return 'stale';
    const value = attempt.registers['name']?.value;
    const all = new Set(moment.meant.map(({ id }) => id));
    const seen = new Set([...all, ...(moment.screens[at]?.seen ?? [])]);
    return value === undefined ? moment : { ...shown(moment, at, { value, seen }), carried: all };
  }

  function delivered(moment: Moment, at: number): Moment | undefined {
    const after = written(moment, at);
    if (!after || !moment.record) return undefined;
    const now = after === 'stale' ? told(moment, at) : after;
    const outcome = { kind: after === 'stale' ? 'stale' : 'written', row: rowOf(now, at) } as const;
    return planned(now, core.settle(moment.record, idAt(at), outcome, table, contextOf(now)));
  }

  /** The write arrives, and nobody hears of it. */
  function sentInVain(moment: Moment, at: number): Moment | undefined {
    const after = written(moment, at);
    const attempt = moment.record?.links[idAt(at)]?.planned;
    if (!after || after === 'stale' || !moment.record || !attempt) return undefined;
    const sent = { ...after, lost: [...after.lost, attempt.id] };
    const outcome = { kind: 'unknown', dueAtMs: sent.nowMs, attempts: 1, words: 'no answer came' } as const;
    return planned(sent, core.settle(moment.record, idAt(at), outcome, table, contextOf(sent)));
  }

  /** Everything is heard of and delivered. */
  function settled(moment: Moment): End {
    let now = moment;
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      const before = now;
      for (const at of ids.keys()) now = heard({ ...now, nowMs: now.nowMs + APART_MS }, at) ?? now;
      for (const at of ids.keys()) now = delivered({ ...now, nowMs: now.nowMs + APART_MS }, at) ?? now;
      if (now === before) break;
    }
    const register = now.record && core.registerIn(now.record, 'name');
    const truth = field.oracle(now.meant);
    const mayAsk = field.mayAsk === true || now.lost.length > 0 || truth.kind === 'held';
    if (register?.held) return { isAsked: true, ...(mayAsk ? {} : { wrong: 'a person is asked' }) };
    const meant = truth.kind === 'held' ? 'that a person is asked' : (truth.value ?? null);
    if (now.screens.every(({ value }) => field.form(value) === meant)) return { isAsked: false };
    const seen = now.screens.map(({ value }) => value);
    return { isAsked: false, wrong: `people meant ${JSON.stringify(meant)}, and ${JSON.stringify(seen)} are shown` };
  }

  const nobody: Screen = { value: null, version: 1, seen: new Set() };
  const first: Moment = {
    record: undefined,
    nowMs: BASE_MS,
    screens: ids.map((_id, at) => (at === 0 ? { ...nobody, value: base, unheard: { past: new Set() } } : nobody)),
    puts: [],
    meant: [],
    carried: new Set(),
    lost: [],
  };
  const born = heard(first, 0) ?? first;
  const opening = ids.reduce((moment, _id, at) => delivered(moment, at) ?? moment, born);
  return { opening, take, settled };
}

import {
  actorOf,
  opId,
  policies,
  register as rules,
  registerPolicyOf,
  sameValue,
  systemId,
  type register,
  type Stamp,
  type SystemId,
  type Value,
} from '@concord/core';
import type { Meant } from './meant.ts';

/** What is held to the laws: the register, and every policy over it. */
export const RULES = { ...rules, policies, registerPolicyOf };
export type Rules = typeof RULES;

/** What is tried: a policy, what users may make of a value that they see, and what a person would rule. */
export interface Trial {
  readonly policy: register.RegisterPolicy;
  /** `serial` never comes twice. */
  change(value: Value | undefined, choice: number, serial: number): Value;
  ruling(answer: register.Answer, choice: number, serial: number): Value;
  /** Each system has a part in one column, and is told what stands in another. */
  readonly hasParts?: true;
}

/** What happens to a register: users at their screens, and Concord, which hears of it, writes, and is told or not. */
export type Event =
  | { readonly kind: 'edit'; readonly at: number; readonly choice: number; readonly lateMs: number }
  | { readonly kind: 'hear' | 'deliver' | 'send' | 'arrive' | 'answer' | 'lose' | 'leave' | 'return' | 'restore'; readonly at: number }
  | { readonly kind: 'page' }
  | { readonly kind: 'close' }
  | { readonly kind: 'calm' }
  | { readonly kind: 'renumber' }
  | { readonly kind: 'rule'; readonly choice: number };

/** A write to a system that was sent, and perhaps arrived. */
interface Write {
  readonly number: number;
  readonly value: Value;
  readonly content: ReadonlySet<number>;
  readonly expected: number;
  state: 'under way' | 'written' | 'stale';
  version: number;
}

/** One system: what its users see, and what Concord knows of it. */
interface Screen {
  readonly id: SystemId;
  readonly skewMs: number;
  /** Who works there, where it is told. */
  readonly by?: string | undefined;
  value: Value | undefined;
  /** What stands, as far as it was told, where users set a part of their own. */
  told: Value | undefined;
  version: number;
  seen: Set<number>;
  /** What users did since the row was heard of. */
  unheard?: { readonly before: Value | undefined; readonly past: ReadonlySet<number>; stamp: Stamp } | undefined;
  isAway: boolean;
  /** Whether it ever left, or was put back. */
  wasAway: boolean;
  /** Every state that Concord had written or read, to be put back to. */
  readonly backups: { readonly value: Value; readonly seen: ReadonlySet<number>; readonly number: number }[];
  /** Concord's own notes. */
  known: { value: Value | undefined; version: number };
  write?: Write | undefined;
  /** Writes that nobody waits for any more, and that may yet arrive. */
  readonly late: Write[];
  /** Writes of which no answer came, and of which it is not known whether they arrived. */
  doubts: readonly Write[];
}

/** Systems with screens, one register, and beside it one that never closes. */
export interface World {
  readonly rules: Rules;
  readonly trial: Trial;
  readonly screens: readonly Screen[];
  closing: register.Register;
  lasting: register.Register;
  readonly meant: Meant[];
  /** What writes have perhaps carried, and what pages have shown. */
  readonly shown: { readonly number: number; readonly content: ReadonlySet<number> }[];
  page?: { readonly number: number; readonly seen: ReadonlySet<number>; readonly value: Value | undefined } | undefined;
  nowMs: number;
  count: number;
  /** Whether something was closed while a person was waited for. */
  hasClosedHeld?: true;
  /** Whether a ruling was made since a number of edits. */
  ruledAt: number;
}

export function worldOf(trial: Trial, first: readonly (Value | undefined)[], tried: Rules = RULES): World {
  const screens = first.map((_value, index): Screen => ({
    id: systemId(`s${index}`),
    skewMs: [0, 7, -9, 2][index] ?? 0,
    by: [undefined, 'Ann', 'Ben'][index],
    value: undefined,
    told: undefined,
    version: 0,
    seen: new Set(),
    isAway: false,
    wasAway: false,
    backups: [],
    known: { value: undefined, version: 0 },
    late: [],
    doubts: [],
  }));
  const world: World = {
    rules: tried,
    trial,
    screens,
    closing: rules.BLANK,
    lasting: rules.BLANK,
    meant: [],
    shown: [],
    nowMs: 1_000_000,
    count: 0,
    ruledAt: -1,
  };
  screens.forEach((screen, index) => {
    const value = first[index];
    if (value !== undefined) type(world, screen, value, 0);
  });
  return world;
}

/** A user sees a value, and saves another. */
function type(world: World, screen: Screen, value: Value, lateMs: number): void {
  world.nowMs += 1 + lateMs;
  const stamp: Stamp = { ms: world.nowMs + screen.skewMs, count: 0, system: screen.id };
  screen.unheard ??= { before: screen.value, past: new Set(screen.seen), stamp };
  screen.unheard.stamp = stamp;
  screen.value = value;
  screen.version += 1;
}

export function take(world: World, event: Event): void {
  if (event.kind === 'page') return openPage(world);
  if (event.kind === 'close') return close(world);
  if (event.kind === 'calm') return calm(world);
  if (event.kind === 'renumber') return both(world, (register) => world.rules.renumber(register));
  if (event.kind === 'rule') return giveRuling(world, event.choice);
  const screen = world.screens[event.at % world.screens.length];
  if (!screen) return;
  switch (event.kind) {
    case 'edit': {
      const value = world.trial.change(screen.value, event.choice, world.nowMs);
      if (world.trial.hasParts || !isPerhapsWritten(screen, value)) type(world, screen, value, event.lateMs);
      return;
    }
    case 'hear':
      return hear(world, screen);
    case 'deliver':
      return deliver(world, screen);
    case 'send':
      return send(world, screen);
    case 'arrive':
      return arrive(world, screen);
    case 'answer':
      return hearAnswer(world, screen);
    case 'lose':
      return lose(screen);
    case 'leave':
      // Whoever is alone closes each edit at once: then a step and its way back are two edits.
      if (screen.isAway || world.screens.filter(({ isAway }) => !isAway).length <= 2) return;
      screen.isAway = true;
      screen.wasAway = true;
      return;
    case 'return':
      screen.isAway = false;
      return;
    case 'restore':
      return restore(world, screen);
  }
}

/** Who types the very value that is perhaps being written is taken for its echo: nobody can tell (R10a). */
function isPerhapsWritten({ write, doubts }: Screen, value: Value): boolean {
  return [...(write ? [write] : []), ...doubts].some((sent) => sameValue(sent.value, value));
}

function both(world: World, act: (register: register.Register) => register.Register): void {
  world.closing = act(world.closing);
  world.lasting = act(world.lasting);
}

export function close(world: World): void {
  const { closing, rules: tried, trial } = world;
  const holders = world.screens.filter(({ isAway }) => !isAway).map(({ id }) => id);
  world.closing = tried.close(closing, holders, trial.policy);
  if (world.closing !== closing && tried.isHeld(tried.answer(closing, trial.policy))) world.hasClosedHeld = true;
}

/** Concord reads a row. */
function hear(world: World, screen: Screen): void {
  const { value, version, known, unheard, doubts, write } = screen;
  // Where users set a part, a row may have nothing but what it was told.
  const isThere = value !== undefined || (world.trial.hasParts === true && screen.told !== undefined);
  if (screen.isAway || version === known.version || !isThere) return;
  const pending = [...doubts, ...(write && write.expected === known.version ? [write] : [])];
  screen.known = { value, version };
  const column = world.trial.hasParts ? screen.told : value;
  const echo = pending.filter((sent) => sameValue(sent.value, column)).toSorted((a, b) => a.number - b.number);
  const [first, ...rest] = echo;
  if (first) {
    acknowledged(world, screen, first);
    screen.doubts = rest;
    if (!world.trial.hasParts || sameValue(value, known.value)) {
      screen.unheard = undefined;
      return backUp(world, screen);
    }
  } else screen.doubts = [];
  if ((pending.length === 0 || world.trial.hasParts) && sameValue(value, known.value)) {
    screen.unheard = undefined;
    return;
  }
  if (!unheard || value === undefined) throw new Error('a row changed without anybody');
  screen.unheard = undefined;
  const or = (first ? rest : pending).flatMap(({ number, value: written }) => {
    // What was written does not show in a part.
    const before = world.trial.hasParts ? known.value : written;
    return before === undefined ? [] : [{ saw: number, before }];
  });
  enter(world, screen, { value, before: unheard.before, past: unheard.past, stamp: unheard.stamp }, { before: known.value, or });
}

function acknowledged(world: World, { id }: Screen, { number, value }: Write): void {
  both(world, (register) => world.rules.acknowledge(register, id, number, number < (register.stable?.number ?? 0) ? value : undefined));
}

type Doing = Pick<Meant, 'value' | 'before' | 'past' | 'stamp'>;

function enter(world: World, screen: Screen, doing: Doing, told: Pick<register.Incoming, 'before' | 'or'>): void {
  world.count += 1;
  const op = opId(world.count, actorOf(screen.id));
  const perhapsSeen = Math.max(0, ...world.shown.map(({ number }) => number));
  const { value, stamp } = doing;
  const { by } = screen;
  both(world, (register) =>
    world.rules.admit(register, { op, author: screen.id, value, before: told.before, or: told.or, stamp, by, perhapsSeen }),
  );
  // A step that was sent to nobody is part of the next one.
  const at = world.meant.findLastIndex(({ author }) => author === screen.id);
  const step = world.meant[at];
  const isDraft = step && screen.seen.has(step.id) && world.ruledAt < at && !world.shown.some(({ content }) => content.has(step.id));
  const id = isDraft ? step.id : world.meant.length;
  const edit: Meant = isDraft ? { ...step, op, value, stamp } : { id, op, author: screen.id, by, ...doing };
  if (isDraft) world.meant.splice(at, 1, edit);
  else world.meant.push(edit);
  screen.seen.add(id);
}

function send(world: World, screen: Screen): void {
  const {
    closing,
    rules: { answer, needsWrite },
    trial,
  } = world;
  const { value } = answer(closing, trial.policy);
  if (screen.isAway || screen.write || value === undefined || !needsWrite(closing, screen.id, trial.policy)) return;
  if (!trial.hasParts && screen.unheard && sameValue(screen.value, value)) return;
  const content = new Set(world.meant.map(({ id }) => id));
  screen.write = { number: closing.count, value, content, expected: screen.known.version, state: 'under way', version: 0 };
  world.shown.push({ number: closing.count, content });
}

function arrive({ trial }: World, screen: Screen): void {
  const write = screen.write?.state === 'under way' ? screen.write : screen.late.shift();
  if (write?.state !== 'under way') return;
  if (write.expected !== screen.version) {
    write.state = 'stale';
    return;
  }
  screen.version += 1;
  if (trial.hasParts) screen.told = write.value;
  else screen.value = write.value;
  for (const id of write.content) screen.seen.add(id);
  write.state = 'written';
  write.version = screen.version;
}

function hearAnswer(world: World, screen: Screen): void {
  const { write } = screen;
  if (!write || screen.isAway || write.state === 'under way') return;
  screen.write = undefined;
  if (write.state === 'stale') {
    screen.doubts = screen.doubts.filter((doubt) => doubt !== write);
    return hear(world, screen);
  }
  screen.doubts = [];
  acknowledged(world, screen, write);
  if (write.version <= screen.known.version) return;
  screen.known = { value: world.trial.hasParts ? screen.known.value : write.value, version: write.version };
  backUp(world, screen);
}

/** Nobody will answer any more; where the write is still under way, it never arrives, or arrives late. */
function lose(screen: Screen): void {
  const { write } = screen;
  if (!write || screen.isAway) return;
  screen.write = undefined;
  if (write.state === 'under way') screen.late.push(write);
  if (write.expected < screen.known.version) return;
  screen.doubts = [...screen.doubts, write];
}

/** What Concord has certainly written there can be put back, and recognized. */
function backUp(world: World, screen: Screen): void {
  const { value } = screen.known;
  if (value === undefined || screen.unheard || screen.version !== screen.known.version) return;
  screen.backups.push({ value, seen: new Set(screen.seen), number: world.closing.acks[screen.id] ?? 0 });
}

function restore(world: World, screen: Screen): void {
  const backup = screen.backups.at(-2);
  if (
    world.trial.hasParts ||
    !backup ||
    screen.isAway ||
    screen.write ||
    screen.late.length > 0 ||
    screen.doubts.length > 0 ||
    screen.unheard ||
    screen.version !== screen.known.version
  )
    return;
  const { value, number } = backup;
  screen.value = value;
  screen.version += 1;
  screen.seen = new Set(backup.seen);
  screen.known = { value, version: screen.version };
  screen.backups.splice(0);
  screen.wasAway = true;
  both(world, (register) => world.rules.putBack(register, screen.id, { number, value }));
}

function openPage(world: World): void {
  const { value } = world.rules.answer(world.closing, world.trial.policy);
  const seen = new Set(world.meant.map(({ id }) => id));
  world.page = { number: world.closing.count, seen, value };
  world.shown.push({ number: world.closing.count, content: seen });
}

function giveRuling(world: World, choice: number): void {
  const answer = world.rules.answer(world.closing, world.trial.policy);
  const { page } = world;
  // What a page showed may be closed, over what nobody on that page has seen: then it is to be looked at again.
  if (!page || answer.value === undefined || page.number < (world.closing.stable?.number ?? 0)) return;
  world.nowMs += 1;
  world.count += 1;
  const [author, value] = [systemId('person'), world.trial.ruling(answer, choice, world.nowMs)];
  const op = opId(world.count, actorOf(author));
  const stamp = { ms: world.nowMs, count: 0, system: author };
  both(world, (register) =>
    world.rules.admit(register, { op, author, value, before: page.value, stamp, perhapsSeen: 0, page: page.number }),
  );
  world.meant.push({ id: world.meant.length, op, author, value, past: page.seen, stamp });
  world.ruledAt = world.meant.length - 1;
  world.page = undefined;
}

function deliver(world: World, screen: Screen): void {
  send(world, screen);
  arrive(world, screen);
  hearAnswer(world, screen);
}

/** Everything is heard of and delivered, but for what waits for a person. */
function calm(world: World): void {
  for (const screen of world.screens) hear(world, screen);
  for (const screen of world.screens) deliver(world, screen);
  close(world);
}

/** Everything is heard of and delivered; whatever is held is ruled. */
export function settle(world: World): void {
  for (const screen of world.screens) screen.isAway = false;
  for (let round = 0; round < 40; round += 1) {
    for (const screen of world.screens) {
      arrive(world, screen);
      hearAnswer(world, screen);
      hear(world, screen);
    }
    if (world.rules.answer(world.closing, world.trial.policy).resolution?.kind === 'held') {
      openPage(world);
      giveRuling(world, round);
    }
    close(world);
    for (const screen of world.screens) send(world, screen);
    if (world.screens.every(({ write }) => !write)) return;
  }
}

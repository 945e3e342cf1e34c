import { actorOf, opId, sameValue, systemId, type register, type SystemId, type Value } from '@concord/core';
import fc from 'fast-check';
import type { Meant } from './meant.ts';
import type { Case } from './register-cases.ts';
import { againstTruth, doubtfullyClosed } from './register-laws.ts';
import { RULES, type Rules } from './screens.ts';

/**
 * A register without screens and writes under way: what is acknowledged is the current value, at once. So edits that cross, clocks that differ,
 * and lost answers come thick and fast, which histories of people at their screens draw seldom.
 */
interface Step {
  readonly kind: 'edit' | 'acknowledge' | 'close' | 'rule';
  readonly at: number;
  readonly choice: number;
  /** How far the author's clock is ahead. */
  readonly aheadMs: number;
  /** Whether a write was sent before, of which no answer came. */
  readonly isLost: boolean;
}

export interface Steps {
  readonly first: Value;
  readonly steps: readonly Step[];
}

export function stepsOf(one: Case, systems: number): fc.Arbitrary<Steps> {
  const step = fc.record({
    kind: fc.constantFrom<Step['kind']>('edit', 'edit', 'edit', 'acknowledge', 'acknowledge', 'acknowledge', 'close', 'rule'),
    at: fc.nat(systems - 1),
    choice: fc.nat(11),
    aheadMs: fc.oneof({ weight: 3, arbitrary: fc.nat(9) }, { weight: 1, arbitrary: fc.integer({ min: 20, max: 60 }) }),
    isLost: fc.boolean(),
  });
  return fc.record({ first: one.first(0), steps: fc.array(step, { minLength: 4, maxLength: 14, size: 'max' }) });
}

interface Playing {
  readonly one: Case;
  readonly rules: Rules;
  readonly ids: readonly SystemId[];
  /** By system, what its users have seen. */
  readonly seen: ReadonlyMap<SystemId, Set<number>>;
  closing: register.Register;
  lasting: register.Register;
  /** The same, had the answer that was lost been heard; from the lost answer on. */
  told?: register.Register | undefined;
  readonly meant: Meant[];
}

/** Plays it, and answers the first law that does not hold. */
export function breachInSteps(one: Case, { first, steps }: Steps, systems: number, rules: Rules = RULES): string | undefined {
  const ids = Array.from({ length: systems }, (_, index) => systemId(`s${index}`));
  const blank: register.Register = { count: 0, log: [], acks: {} };
  const playing: Playing = { one, rules, ids, seen: new Map(ids.map((id) => [id, new Set()])), closing: blank, lasting: blank, meant: [] };
  const [start] = ids;
  if (!start) return undefined;
  edit(playing, start, { value: first, ms: 0 });
  for (const id of ids) acknowledge(playing, id);
  for (const [index, step] of steps.entries()) {
    take(playing, step, index);
    const breach = breachOf(playing);
    if (breach !== undefined) return `after ${index + 1} steps (${JSON.stringify(step)}): ${breach}`;
  }
  return undefined;
}

function take(playing: Playing, { kind, at, choice, aheadMs, isLost }: Step, index: number): void {
  const { ids, rules, one } = playing;
  const id = ids[at % ids.length];
  if (!id) return;
  if (kind === 'acknowledge') return acknowledge(playing, id);
  if (kind === 'close') {
    playing.closing = rules.close(playing.closing, ids, one.trial.policy);
    return;
  }
  const answer = rules.answer(playing.closing, one.trial.policy);
  if (kind === 'rule') return rule(playing, one.trial.ruling(answer, choice, index), 10 + 2 * index);
  const { hasParts } = one.trial;
  const own = playing.meant.findLast(({ author }) => author === id)?.value;
  const before = hasParts ? own : rules.shows(playing.closing, id, one.trial.policy);
  if (before === undefined && !hasParts) return;
  const isDoubted =
    isLost && !hasParts && !playing.told && !rules.isHeld(answer) && rules.needsWrite(playing.closing, id, one.trial.policy);
  const written = isDoubted && !rules.ownAbove(playing.closing, id) ? answer.value : undefined;
  edit(playing, id, { before, written, value: one.trial.change(before, choice, index), ms: 10 + 2 * index + aheadMs });
}

interface Doing {
  readonly value: Value;
  readonly before?: Value | undefined;
  /** What a write carried of which no answer came. */
  readonly written?: Value | undefined;
  readonly ms: number;
}

function edit(playing: Playing, author: SystemId, { value, before, written, ms }: Doing): void {
  const { rules, meant, seen } = playing;
  const saw = playing.closing.count;
  const op = opId(meant.length + 1, actorOf(author));
  const stamp = { ms: 1_000_000 + ms, count: 0, system: author };
  const incoming = { op, author, value, before, stamp, perhapsSeen: saw };
  const doubted = written === undefined ? incoming : { ...incoming, or: [{ saw, before: written }] };
  if (written !== undefined) playing.told = rules.acknowledge(playing.closing, author, saw);
  playing.closing = rules.admit(playing.closing, doubted);
  playing.lasting = rules.admit(playing.lasting, doubted);
  if (playing.told) playing.told = rules.admit(playing.told, { ...incoming, before: written === undefined ? before : written });
  const own = seen.get(author) ?? new Set<number>();
  meant.push({ id: meant.length, op, author, value, before, past: new Set(own), stamp });
  own.add(meant.length - 1);
}

/** A person rules on what they see at that moment. */
function rule(playing: Playing, value: Value, ms: number): void {
  const { rules, meant } = playing;
  const [author, id] = [systemId('person'), meant.length];
  const stamp = { ms: 1_000_000 + ms, count: 0, system: author };
  const incoming = { op: opId(id + 1, actorOf(author)), author, value, stamp, perhapsSeen: playing.closing.count };
  playing.closing = rules.admit(playing.closing, incoming);
  playing.lasting = rules.admit(playing.lasting, incoming);
  if (playing.told) playing.told = rules.admit(playing.told, incoming);
  meant.push({ id, op: incoming.op, author, value, past: new Set(meant.map((edited) => edited.id)), stamp });
}

function acknowledge(playing: Playing, id: SystemId): void {
  const { rules, closing, lasting, told, seen, meant, one } = playing;
  if (rules.isHeld(rules.answer(closing, one.trial.policy))) return;
  playing.closing = rules.acknowledge(closing, id, closing.count);
  playing.lasting = rules.acknowledge(lasting, id, lasting.count);
  if (told) playing.told = rules.acknowledge(told, id, told.count);
  for (const edited of meant) seen.get(id)?.add(edited.id);
}

function breachOf({ closing, lasting, told, rules, one, meant, ids }: Playing): string | undefined {
  const { policy } = one.trial;
  const [now, never] = [rules.answer(closing, policy), rules.answer(lasting, policy)];
  const isAlike = rules.isSame(now, never) || (policy.commutes && rules.isHeld(now) && rules.isHeld(never));
  if (!isAlike) return `L15: ${JSON.stringify(now.value)} stands, and had nothing been closed ${JSON.stringify(never.value)}`;
  const known = told && rules.answer(told, policy);
  if (known && !rules.isHeld(now) && (rules.isHeld(known) || !sameValue(known.value, now.value)))
    return `L20: ${JSON.stringify(now.value)} stands, and had the answer been heard ${JSON.stringify(known.value)}`;
  return (told ? undefined : againstTruth({ meant, closing }, now, one)) ?? doubtfullyClosed({ closing, ids, policy, rules });
}

import { register, sameValue, type SystemId, type Value } from '@concord/core';
import fc from 'fast-check';
import type { Case } from './register-cases.ts';
import { close, RULES, settle, take, worldOf, type Event, type Rules, type World } from './screens.ts';

/** What may happen, and how often. */
export type Weights = Partial<Readonly<Record<Event['kind'], number>>>;

const CALM: Weights = { edit: 10, hear: 8, deliver: 9, send: 2, arrive: 2, answer: 2, close: 5, calm: 1 };

export const weathers: Readonly<Record<string, Weights>> = {
  'answers come late': CALM,
  'answers are lost': { ...CALM, lose: 2 },
  'people rule': { ...CALM, page: 2, rule: 2, renumber: 1 },
  'systems leave and return': { ...CALM, leave: 2, return: 2 },
  'systems are put back': { ...CALM, restore: 3 },
  'systems come and go': { ...CALM, lose: 1, leave: 1, return: 2, restore: 2 },
  'all of it': { ...CALM, lose: 1, page: 1, rule: 1, renumber: 1 },
};

/** One history: what systems begin with, and what happens. */
export interface History {
  readonly first: readonly (Value | undefined)[];
  readonly events: readonly Event[];
}

export function histories({ first }: Case, systems: number, weights: Weights): fc.Arbitrary<History> {
  const one = first(0).map((value) => [value, ...Array.from({ length: systems - 1 }, () => undefined)]);
  const several = fc.tuple(...Array.from({ length: systems }, (_, index) => fc.option(first(index), { nil: undefined })));
  const at = fc.nat(systems - 1);
  const choice = fc.nat(11);
  const kinds = Object.entries(weights).map(([kind, weight]) => ({
    weight,
    arbitrary: fc.record({ kind: fc.constant(kind), at, choice, lateMs: fc.nat(4) }).map(eventOf),
  }));
  return fc.record({
    first: fc.oneof({ weight: 3, arbitrary: one }, { weight: 1, arbitrary: several }),
    // Who leaves, or is put back, was there before.
    events: fc
      .array(fc.oneof(...kinds), { minLength: 6, maxLength: 60, size: 'max' })
      .map((events): readonly Event[] => (weights.leave || weights.restore ? [{ kind: 'calm' }, { kind: 'calm' }, ...events] : events)),
  });
}

interface Drawn {
  readonly kind: string;
  readonly at: number;
  readonly choice: number;
  readonly lateMs: number;
}

function eventOf({ kind, at, choice, lateMs }: Drawn): Event {
  switch (kind) {
    case 'edit':
      return { kind, at, choice, lateMs };
    case 'rule':
      return { kind, choice };
    case 'page':
    case 'calm':
    case 'close':
    case 'renumber':
      return { kind };
    case 'hear':
    case 'deliver':
    case 'send':
    case 'arrive':
    case 'answer':
    case 'lose':
    case 'leave':
    case 'return':
    case 'restore':
      return { kind, at };
    default:
      throw new Error(`there is no event ${kind}`);
  }
}

/** Plays a history, and answers the first law that does not hold; `undefined` when all do. */
export function breachIn(one: Case, { first, events }: History, rules: Rules = RULES): string | undefined {
  const world = worldOf(one.trial, first, rules);
  for (const [index, event] of events.entries()) {
    take(world, event);
    const breach = breachOf(world, one);
    if (breach !== undefined) return `after ${index + 1} events (${JSON.stringify(event)}): ${breach}`;
  }
  settle(world);
  return breachOf(world, one) ?? unsettled(world);
}

function breachOf(world: World, one: Case): string | undefined {
  const { closing, lasting, rules, trial, screens } = world;
  // What comes back knows the values that it missed, and not what each of them was made of: how far that carries is said of each policy.
  const away = screens.filter(({ wasAway }) => wasAway).length;
  if (away > (one.returning ?? 0)) return broken(world);
  const [now, never] = [rules.answer(closing, trial.policy), rules.answer(lasting, trial.policy)];
  // Changes that add up close before everybody's edits have seen them, so what stands while somebody is asked may be newer.
  const mayDiffer = away > 0 || trial.policy.commutes === true;
  const isAlike = rules.isSame(now, never) || (mayDiffer && rules.isHeld(now) && rules.isHeld(never));
  if (!isAlike) return `L15: ${told(now)} stands, and had nothing been closed ${told(never)}`;
  return (
    againstTruth(world, now, one) ??
    doubtfullyClosed({ closing, ids: screens.map(({ id }) => id), policy: trial.policy, rules }) ??
    broken(world)
  );
}

interface Closing extends Pick<World, 'closing' | 'rules'> {
  readonly ids: readonly SystemId[];
  readonly policy: register.RegisterPolicy;
}

/**
 * L20: whatever is closed, and whatever has been acknowledged, is the same in every reading: had the lost answer been known, the same would stand.
 */
export function doubtfullyClosed({ closing, ids, policy, rules }: Closing): string | undefined {
  const known = readingsOf(closing.log);
  if (known.length < 2) return undefined;
  // Whatever they have acknowledged.
  const acked = closing.log.map(({ number }) => ({ ...closing, acks: Object.fromEntries(ids.map((id) => [id, number])) }));
  for (const open of [closing, ...acked]) {
    const { stable } = rules.close(open, ids, policy);
    if (!stable || stable === closing.stable) continue;
    const behind = known.map((log) => log.filter(({ number }) => number <= stable.number));
    const values = behind.map((log) =>
      rules.solve(rules.openEdits(log, closing.stable), closing.stable, policy)(rules.wholeOf(rules.openEdits(log, closing.stable))),
    );
    if (!values.every((answer) => sameValue(answer.value, stable.value) && !rules.isHeld(answer)))
      return `L20: ${JSON.stringify(stable.value)} is closed, and is in doubt`;
  }
  return undefined;
}

/** Every log that it may have been, had nothing been lost. */
function readingsOf(log: readonly register.Edit[]): readonly (readonly register.Edit[])[] {
  const ways = log.map((edit) => [
    edit,
    ...(edit.or ?? []).map(({ saw, before }): register.Edit => ({ ...edit, saw, before, or: undefined })),
  ]);
  if (ways.reduce((product, { length }) => product * length, 1) > 32) return [];
  return ways.reduce<readonly (readonly register.Edit[])[]>(
    (all, way) => way.flatMap((edit) => all.map((before) => [...before, edit])),
    [[]],
  );
}

/** L13, L16, L17 and L20 in one: what stands follows from what people saw, whatever was heard of when, and however doubtful it is. */
export function againstTruth(
  { meant, closing }: Pick<World, 'meant' | 'closing'>,
  now: register.Answer,
  { oracle, form = same, mayAsk }: Case,
): string | undefined {
  const truth = oracle(meant);
  const isAsked = register.isHeld(now);
  // Who does not know what somebody had seen may ask; what is decided must be right.
  if (isAsked && (mayAsk || closing.log.some(({ or }) => or !== undefined))) return undefined;
  const meantValue = truth.kind === 'value' ? JSON.stringify(truth.value ?? null) : 'that somebody is asked';
  const standsMeanwhile = truth.kind === 'value' || !truth.meanwhile || sameValue(truth.meanwhile.value ?? null, now.value ?? null);
  if (!standsMeanwhile)
    return `people meant that ${JSON.stringify(truth.meanwhile)} stands meanwhile, and ${JSON.stringify(now.value)} does`;
  const isMeant = truth.kind === 'held' ? isAsked : !isAsked && sameValue(truth.value ?? null, form(now.value ?? null));
  return isMeant ? undefined : `people meant ${meantValue}, but ${told(now)} stands (${now.resolution?.reason ?? ''})`;
}

const same = (value: Value): Value => value;

/** I1, I2, I4, I6, and what systems are taken to show. */
function broken({ closing, screens, trial, rules, hasClosedHeld }: World): string | undefined {
  if (hasClosedHeld) return 'I6: something was closed while somebody is asked';
  const { log, stable, count, acks } = closing;
  const stray = log.find(
    ({ saw, number }, index) => saw < (stable?.number ?? 0) || saw >= number || number <= (log[index - 1]?.number ?? 0),
  );
  if (stray) return `I1, I2: ${JSON.stringify(stray)} in a log behind ${stable?.number ?? 0}`;
  if ((log.at(-1)?.number ?? 0) > count) return 'I2: the log goes on beyond the count';
  if (isAskedAgain(log, rules.answer(closing, trial.policy))) return 'L20: a person who knew of every doubt has ruled, and is asked again';
  const isAll = log.length === 0 && stable && stable.number === count && !screens.some(({ wasAway }) => wasAway);
  if (isAll && screens.some(({ id }) => (acks[id] ?? 0) !== stable.number)) return 'I4: all is closed, and somebody is behind';
  for (const { id, known } of screens) {
    if (trial.hasParts || screens.some(({ wasAway }) => wasAway)) break;
    const shown = rules.shows(closing, id, trial.policy);
    if (known.value !== undefined && !sameValue(shown, known.value))
      return `${id} shows ${JSON.stringify(known.value)}, not ${JSON.stringify(shown)}`;
  }
  return undefined;
}

/** What somebody had perhaps seen matters no more to whoever rules over it. */
function isAskedAgain(log: readonly register.Edit[], { resolution }: register.Answer): boolean {
  const last = log.at(-1);
  return last?.author === 'person' && last.saw === last.number - 1 && resolution?.rule === register.UNKNOWN_BASE;
}

/** L18 and L19: everything was delivered, so all show one value, nothing is open, and reading it once more changes nothing. */
function unsettled(world: World): string | undefined {
  const { trial, rules, screens } = world;
  const { value } = rules.answer(world.closing, trial.policy);
  if (value === undefined) return undefined;
  const shownBy = (screen: World['screens'][number]): Value | undefined => (trial.hasParts ? screen.told : screen.value);
  const other = screens.find((screen) => !sameValue(shownBy(screen), value));
  if (other) return `L18: ${other.id} shows ${JSON.stringify(shownBy(other))}, and ${JSON.stringify(value)} stands`;
  const before = JSON.stringify(world.closing);
  close(world);
  for (const { id, known } of screens) world.closing = rules.acknowledge(world.closing, id, world.closing.acks[id] ?? known.version);
  if (JSON.stringify(world.closing) !== before) return `L19: an echo changes ${before} into ${JSON.stringify(world.closing)}`;
  return world.closing.log.length > 0 ? `L18: ${world.closing.log.length} edits stay open` : undefined;
}

function told(answer: register.Answer): string {
  return register.isHeld(answer) ? `a question (${answer.resolution?.rule ?? ''})` : JSON.stringify(answer.value ?? null);
}

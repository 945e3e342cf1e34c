import type { Stamp } from '../clock/stamp.ts';
import type { OpId, SystemId } from '../ids.ts';
import { CONCORD, PERSON } from './actors.ts';
import { sameValue, type Value } from '../values.ts';
import { isOwnOf, type Edit, type Reading, type Register } from './register.ts';
import { reopen } from './reopen.ts';

/** An edit on its way into a register. */
export interface Incoming {
  readonly op: OpId;
  readonly author: SystemId;
  readonly value: Value;
  /** What the author's system showed; absent at a birth and for whatever Concord computes. To a person: what their page showed. */
  readonly before?: Value | undefined;
  readonly or?: readonly Reading[] | undefined;
  readonly stamp: Stamp;
  readonly by?: string | undefined;
  /** The latest merged value, by number, that anybody else has perhaps seen: a write to any system carried it, or a person's page showed it. */
  readonly perhapsSeen: number;
  /** Of a ruling: the merged value, by number, that the person's page showed. Absent: the current one. */
  readonly page?: number | undefined;
}

/** Takes an edit into the log. Nothing leaves it here, but for a step that nobody else can have seen. */
export function admit(register: Register, incoming: Incoming): Register {
  const saw = sawOf(register, incoming);
  const { count, log, stable, acks, shown, renumbered } = reopen(register, saw, incoming.before);
  const { op, author, stamp, by, perhapsSeen } = incoming;
  const step = isSystem(author) ? draftOf(log, { author, perhapsSeen, acks, or: incoming.or }) : undefined;
  const { before, or } = step ?? { ...incoming, before: isSystem(author) ? incoming.before : undefined };
  const edit: Edit = {
    op,
    author,
    value: incoming.value,
    ...(before === undefined ? {} : { before }),
    saw: step ? step.saw : saw,
    number: count + 1,
    stamp,
    ...(by === undefined ? {} : { by }),
    ...(or && or.length > 0 ? { or } : {}),
  };
  return {
    stable,
    count: edit.number,
    log: [...(step ? log.filter((one) => one !== step) : log), edit],
    acks,
    // Its author's system shows the edit now.
    shown: without(shown, author),
    renumbered,
  };
}

type Drafting = Pick<Incoming, 'author' | 'perhapsSeen' | 'or'> & Pick<Register, 'acks'>;

/** What an author has seen: what their system acknowledged, or what a person's page showed. Concord computes from everything. */
function sawOf({ acks, count }: Register, { author, page }: Incoming): number {
  if (author === PERSON) return Math.min(page ?? count, count);
  return author === CONCORD ? count : (acks[author] ?? 0);
}

function isSystem(author: SystemId): boolean {
  return author !== PERSON && author !== CONCORD;
}

/**
 * The author's previous edit, if nobody else can have seen it: no write that carries it was perhaps sent, to any system, no page showed it, and
 * nobody ruled since. So it does not matter whether each step of a user is heard of or the last one alone. A write that nobody waits for any more,
 * since its row has been read, still stands among the readings of the edit that was made there.
 */
function draftOf(log: readonly Edit[], { author, perhapsSeen, acks, or = [] }: Drafting): Edit | undefined {
  const step = log.findLast((edit) => isOwnOf(edit, author));
  const perhaps = [...or, ...log.flatMap((edit) => edit.or ?? [])].map(({ saw }) => saw);
  if (!step || Math.max(perhapsSeen, ...Object.values(acks), ...perhaps) >= step.number) return undefined;
  return log.some((edit) => !isSystem(edit.author) && edit.number > step.number) ? undefined : step;
}

/**
 * A system is known to hold merged value `number`: a write was confirmed, or read back. `form`: what it stored, where that is something else, or
 * where the number is older than what is closed.
 * What it stored earlier says nothing of what it shows after a later edit of its own.
 */
export function acknowledge(register: Register, system: SystemId, number: number, form?: Value): Register {
  const known = register.acks[system] ?? 0;
  if (number < known) return register;
  if (number === known && sameValue(register.shown?.[system], form)) return register;
  const rest = without(register.shown, system);
  const isOver = register.log.some((edit) => isOwnOf(edit, system) && edit.number > number);
  const shown = form === undefined || isOver ? rest : { ...rest, [system]: form };
  return { ...register, acks: { ...register.acks, [system]: number }, shown };
}

/** Other fields changed the answer: there is one more merged value, and nobody has seen it. */
export function renumber(register: Register): Register {
  const count = register.count + 1;
  return { ...register, count, renumbered: count };
}

/**
 * A system was put back to an older state: it shows `value`, of which its rows prove merged value `number`, or none (0). Edits of its own that it
 * has lost are nobody's own any more.
 */
export function putBack(
  register: Register,
  system: SystemId,
  { number, value }: { readonly number: number; readonly value: Value },
): Register {
  const log = register.log.map((edit) => (isOwnOf(edit, system) ? { ...edit, adrift: register.count + 1 } : edit));
  return { ...register, log, acks: { ...register.acks, [system]: number }, shown: { ...register.shown, [system]: value } };
}

export function without(shown: Register['shown'], system: string): Register['shown'] {
  if (!shown || !Object.hasOwn(shown, system)) return shown;
  const rest = Object.entries(shown).filter(([name]) => name !== system);
  return rest.length === 0 ? undefined : Object.fromEntries(rest);
}

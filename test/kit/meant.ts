import { register, type OpId, type Stamp, type SystemId, type Value } from '@concord/core';

/** What somebody meant by an edit, and the edits that they really had before their eyes. It knows nothing of numbers. */
export interface Meant {
  readonly id: number;
  readonly op: OpId;
  readonly author: SystemId;
  readonly value: Value;
  /** What their screen showed; absent at a birth and for a ruling. */
  readonly before?: Value | undefined;
  /** By id, what they had seen or made. With each, everything that its author had seen. */
  readonly past: ReadonlySet<number>;
  readonly stamp: Stamp;
  readonly by?: string | undefined;
}

/** What the edits come to, told from what people saw: a value, or that somebody must be asked. */
export type Truth =
  | { readonly kind: 'value'; readonly value: Value | undefined }
  /** Where it is known, with what stands meanwhile. */
  | { readonly kind: 'held'; readonly meanwhile?: { readonly value: Value | undefined } };

export type Oracle = (edits: readonly Meant[]) => Truth;

/** Whether it was no edit at all. */
function isNothing({ before, value }: Meant): boolean {
  return before !== undefined && JSON.stringify(before) === JSON.stringify(value);
}

/** The changes that nobody who changed something had seen. */
function openIn(edits: readonly Meant[]): readonly Meant[] {
  const changes = edits.filter((edit) => !isNothing(edit));
  return changes.filter(({ id }) => !changes.some(({ past }) => past.has(id)));
}

function later(a: Stamp, b: Stamp): boolean {
  return a.ms !== b.ms ? a.ms > b.ms : a.count !== b.count ? a.count > b.count : a.system > b.system;
}

/** By id, each edit's time, after that of all changes that its author had seen. */
function timesOf(edits: readonly Meant[]): ReadonlyMap<number, Stamp> {
  const times = new Map<number, Stamp>();
  const changes = new Set(edits.filter((edit) => !isNothing(edit)).map(({ id }) => id));
  for (const edit of edits.toSorted((a, b) => a.past.size - b.past.size)) {
    const seen = [...edit.past].flatMap((id) => (changes.has(id) ? (times.get(id) ?? []) : []));
    const last = seen.reduce<Stamp | undefined>((latest, time) => (latest && later(latest, time) ? latest : time), undefined);
    times.set(edit.id, !last || later(edit.stamp, last) ? edit.stamp : { ms: last.ms, count: last.count + 1, system: edit.stamp.system });
  }
  return times;
}

/** A policy that chooses among the edits that nobody has seen, given what all of their authors had seen: by recursion over sets of edits. */
export function chosen(policy: register.RegisterPolicy): Oracle {
  return (edits) => {
    const times = timesOf(edits);
    const known = new Map<string, Truth>();
    const at = (ids: ReadonlySet<number>): Truth => {
      const key = [...ids].toSorted((a, b) => a - b).join(' ');
      const truth = known.get(key) ?? decide(ids);
      known.set(key, truth);
      return truth;
    };
    const decide = (ids: ReadonlySet<number>): Truth => {
      const changes = edits.filter((edit) => ids.has(edit.id) && !isNothing(edit));
      const open = changes.filter(({ id }) => !changes.some(({ past }) => past.has(id))).toSorted((a, b) => order(a, b, times));
      const [first, ...rest] = open;
      if (!first) return { kind: 'value', value: undefined };
      if (!policy.gate && rest.every(({ value }) => JSON.stringify(value) === JSON.stringify(first.value)))
        return { kind: 'value', value: first.value };
      const common = new Set([...first.past].filter((id) => rest.every(({ past }) => past.has(id))));
      const base = at(common);
      const value = base.kind === 'value' ? base.value : base.meanwhile?.value;
      const resolution = policy.resolve(asked(open, value, times));
      if (resolution.kind === 'settled') return { kind: 'value', value: resolution.value };
      return { kind: 'held', meanwhile: { value: resolution.provisional ?? value } };
    };
    return at(new Set(edits.map(({ id }) => id)));
  };
}

function order(a: Meant, b: Meant, times: ReadonlyMap<number, Stamp>): number {
  const [one, other] = [times.get(a.id) ?? a.stamp, times.get(b.id) ?? b.stamp];
  return later(one, other) ? 1 : later(other, one) ? -1 : a.op < b.op ? -1 : 1;
}

function asked(frontier: readonly Meant[], base: Value | undefined, times: ReadonlyMap<number, Stamp>): register.Question {
  const opens = frontier.map((meant) => openOf(meant, times));
  return { edits: opens, frontier: opens, base: () => base, at: () => ({ value: base, frontier: [] }) };
}

/**
 * A policy that combines within one that chooses which policy decides: the register's own functions over what people really had before their
 * eyes, as if each had told it, and nothing was ever closed.
 */
export function asSeen(policy: register.RegisterPolicy): Oracle {
  return (edits) => {
    const times = timesOf(edits);
    const bits = new Map(edits.map(({ id }, index) => [id, 1n << BigInt(index)]));
    const opens = edits.map((meant, index): register.Open => {
      const past = [...meant.past].reduce((all, id) => all | (bits.get(id) ?? 0n), 0n);
      return { ...openOf(meant, times), bit: 1n << BigInt(index), past };
    });
    const answer = register.solve(opens, undefined, policy)((1n << BigInt(edits.length)) - 1n);
    return answer.resolution?.kind === 'held'
      ? { kind: 'held', meanwhile: { value: answer.value } }
      : { kind: 'value', value: answer.value };
  };
}

function openOf({ id, op, author, value, before, stamp, by }: Meant, times: ReadonlyMap<number, Stamp>): register.Open {
  const edit: register.Edit = { op, author, value, before, saw: 0, number: id, stamp, by };
  return { edit, value, before, stamp: times.get(id) ?? stamp, bit: 0n, past: 0n };
}

type Split = (value: Value) => readonly string[];

/** L13: a member (or a word) is there exactly if some addition of it was not seen and taken out by anybody. */
export function membersMeant(split: Split): Oracle {
  return (edits) => {
    const sides = sidesOf(edits, split);
    return told(sides, (adds, drops) => adds.some((add) => !drops.some(({ edit }) => edit.past.has(add.edit.id))));
  };
}

/** The same, where one who took it out is heard unless somebody put it back in knowing that. */
export function removalsMeant(split: Split): Oracle {
  return (edits) => {
    const sides = sidesOf(edits, split);
    return told(sides, (adds, drops, name) =>
      drops.every((drop) => !matters(drop, name, sides, split) || adds.some(({ edit }) => edit.past.has(drop.edit.id))),
    );
  };
}

interface Side {
  readonly edit: Meant;
  readonly has: ReadonlySet<string>;
  readonly had: ReadonlySet<string>;
}

function sidesOf(edits: readonly Meant[], split: Split): readonly Side[] {
  return edits.map((edit) => ({ edit, has: new Set(split(edit.value)), had: new Set(split(edit.before ?? null)) }));
}

function told(sides: readonly Side[], isThere: (adds: readonly Side[], drops: readonly Side[], name: string) => boolean): Truth {
  const names = [...new Set(sides.flatMap(({ has }) => [...has]))].toSorted();
  const isReset = ({ edit }: Side): boolean => edit.before === undefined;
  const left = names.filter((name) => {
    const adds = sides.filter((side) => side.has.has(name) && (isReset(side) || !side.had.has(name)));
    const ended = (side: Side): boolean => (isReset(side) ? adds.some(({ edit }) => side.edit.past.has(edit.id)) : side.had.has(name));
    return isThere(
      adds,
      sides.filter((side) => !side.has.has(name) && ended(side)),
      name,
    );
  });
  return { kind: 'value', value: left.length === 0 ? null : JSON.stringify(left) };
}

/** A ruling takes out what stood when it was made, and not what had been out of the question by then. */
function matters({ edit: drop }: Side, name: string, sides: readonly Side[], split: Split): boolean {
  if (drop.before !== undefined) return true;
  const stood = removalsMeant(split)(sides.flatMap(({ edit }) => (drop.past.has(edit.id) ? [edit] : [])));
  return stood.kind === 'value' && split(stood.value ?? null).includes(name);
}

/** Each member is told of by itself: an edit of it is one that changed it, and who says what is there takes out what stood and is not named. */
export function placesMeant(ofMember: Oracle, membersIn: (value: Value | undefined) => Readonly<Record<string, unknown>>): Oracle {
  return (edits) => {
    const times = timesOf(edits);
    const part = (value: Value | undefined, name: string): Value => {
      const all = membersIn(value);
      return Object.hasOwn(all, name) ? JSON.stringify(all[name]) : null;
    };
    const at = (name: string, ids: ReadonlySet<number> | undefined): Truth => {
      const own = edits
        .filter(({ id }) => !ids || ids.has(id))
        .map((edit): Meant => ({
          ...edit,
          // Later than all that its author had seen, wherever in the value that was.
          stamp: times.get(edit.id) ?? edit.stamp,
          value: part(edit.value, name),
          ...(edit.before === undefined ? {} : { before: part(edit.before, name) }),
        }));
      return ofMember(own.filter((edit) => edit.before !== undefined || edit.value !== null || stood(name, edit.past)));
    };
    const stood = (name: string, past: ReadonlySet<number>): boolean => {
      const truth = at(name, past);
      return truth.kind === 'held' || (truth.value ?? null) !== null;
    };
    const names = [...new Set(edits.flatMap(({ value }) => Object.keys(membersIn(value))))].toSorted();
    const members = names.map((name) => [name, at(name, undefined)] as const);
    if (members.some(([, truth]) => truth.kind === 'held')) return { kind: 'held' };
    const left = members.flatMap(([name, truth]) => {
      const value = truth.kind === 'value' ? (truth.value ?? null) : null;
      return value === null ? [] : [`${JSON.stringify(name)}:${String(value)}`];
    });
    return { kind: 'value', value: edits.length === 0 ? undefined : `{${left.join(',')}}` };
  };
}

/** An item is there if somebody put it in, or (where that counts) changed it, and nobody saw that and took it out. */
export function itemsMeant(keysIn: Split, text: (all: readonly string[]) => string, changesCount: boolean): Oracle {
  return (edits) => {
    const has = (value: Value | undefined, key: string): boolean => keysIn(value ?? null).includes(key);
    const isThere = (key: string, ids: ReadonlySet<number> | undefined): boolean => {
      const all = edits.filter(({ id }) => !ids || ids.has(id));
      const isDropped = ({ before, past }: Meant): boolean => (before === undefined ? isThere(key, past) : has(before, key));
      const drops = all.filter((edit) => !has(edit.value, key) && isDropped(edit));
      return all.some((edit) => {
        const isPut = !has(edit.before, key);
        const isChange = changesCount && itemIn(edit.value, key) !== itemIn(edit.before, key);
        return has(edit.value, key) && (isPut || isChange) && !drops.some(({ past }) => past.has(edit.id));
      });
    };
    const keys = [...new Set(edits.flatMap(({ value }) => keysIn(value)))].toSorted();
    return { kind: 'value', value: text(keys.filter((key) => isThere(key, undefined))) };
  };
}

function itemIn(value: Value | undefined, key: string): string | undefined {
  const list: unknown = typeof value === 'string' ? JSON.parse(value) : [];
  const found: unknown = Array.isArray(list)
    ? list.find((item: unknown) => typeof item === 'object' && item && 'k' in item && item.k === key)
    : [];
  return JSON.stringify(found);
}

/** L17: the first count plus every change, once; a ruling counts anew. Of several first counts one system's may be believed. */
export function amountMeant(countedBy?: string): Oracle {
  return (edits) => {
    const counts = edits.filter(({ before }) => before === undefined);
    const last = counts.filter(({ id }) => !counts.some(({ past }) => past.has(id)));
    const start = last.find(({ author }) => author === countedBy) ?? last[0];
    if (!start) return { kind: 'value', value: undefined };
    if (start.author !== countedBy && last.some(({ value }) => value !== start.value)) return { kind: 'held' };
    const since = edits.filter(({ id, before }) => before !== undefined && !last.some(({ past }) => past.has(id)));
    return {
      kind: 'value',
      value: amountOr(
        since.reduce((sum, { value, before }) => sum + Number(value) - Number(before ?? null), Number(start.value)),
        edits,
      ),
    };
  };
}

/** What everybody emptied, and what comes to nothing, is empty. */
function amountOr(sum: number, edits: readonly Meant[]): Value {
  return sum === 0 && openIn(edits).every(({ value }) => value === null) ? null : sum;
}

/** An amount of which only so much may stand. */
export function boundedMeant(low: number, high: number, onBreach: 'hold' | 'clamp'): Oracle {
  return (edits) => {
    const truth = amountMeant()(edits);
    if (truth.kind !== 'value' || truth.value === undefined || truth.value === null) return truth;
    const bound = Math.min(high, Math.max(low, Number(truth.value)));
    const open = openIn(edits);
    const isRuled = open.length === 1 && open[0]?.author === 'person';
    if (bound === truth.value || isRuled) return truth;
    return onBreach === 'hold' ? { kind: 'held' } : { kind: 'value', value: bound };
  };
}

/** What each system told last, added up; a person's word, until a system tells its part anew. */
export const partsMeant: Oracle = (edits) => {
  const tellings = edits.filter(({ author }) => author !== 'person');
  const open = openIn(edits);
  const ruling = open.findLast(({ author }) => author === 'person');
  if (ruling && open.every(({ author }) => author === 'person')) return { kind: 'value', value: ruling.value };
  const parts = new Map(tellings.map(({ author, value }) => [author, value]));
  if (parts.size === 0) return { kind: 'value', value: undefined };
  if ([...parts.values()].every((part) => part === null)) return { kind: 'value', value: null };
  return { kind: 'value', value: [...parts.values()].reduce<number>((sum, part) => sum + Number(part), 0) };
};

/** The earliest of all that were filled in since the last ruling, by their authors' clocks. */
export const firstMeant: Oracle = (edits) => {
  const times = timesOf(edits);
  const inTime = edits.filter((edit) => !isNothing(edit)).toSorted((a, b) => order(a, b, times));
  const rulings = inTime.filter(({ author }) => author === 'person');
  const ruling = rulings.findLast(({ id }) => !rulings.some(({ past }) => past.has(id)));
  const after = ruling ? inTime.filter(({ past }) => past.has(ruling.id)) : inTime;
  if (ruling && (ruling.value !== null || inTime.every(({ past }) => !past.has(ruling.id)))) return { kind: 'value', value: ruling.value };
  return { kind: 'value', value: (after.find(({ value }) => value !== null) ?? ruling ?? after[0])?.value };
};

import type { DeletePolicy } from '@concord/core';
import type { Chance } from '../kit/chance.ts';
import { chanceFor } from './dice.ts';
import { COMBINED } from './tokens.ts';
import type { Fault, FaultKind, Nature, Story, Timed, Values } from './story.ts';

const CHAOS_MS = 15_000;
const NAMES = ['x', 'y', 'z'] as const;
const CALLS = { changes: 120, read: 150, write: 60, behind: 60, commit: 200 } as const;
const OWNERS = ['o1', 'o2', 'o3'] as const;
const WORDS = [null, 'red', 'blue', 'green'] as const;

/** A story from a seed. Each draws how much of everything goes wrong in it, and in a third of the stories a thing does not go wrong at all. */
export function storyOf(seed: number): Story {
  return combining(plainStoryOf(seed));
}

/** The same without fields that are combined: as stories were drawn when those were found that are told again by their seeds. */
export function plainStoryOf(seed: number): Story {
  const chance = chanceFor(seed, 'story');
  const ids = chance.whole(3) === 0 ? ['fno', 'ce', 'pos'] : ['fno', 'ce'];
  const keyed = chance.whole(3) > 0;
  const systems = ids.map((id) => natureOf(id, chance));
  return withMore({
    seed,
    systems,
    keyed,
    delete: chance.pick<DeletePolicy>(['update-wins', 'delete-wins', 'manual']),
    pollMs: chance.pick([250, 700, 1800, 4000]),
    rowsMax: chance.pick([1, 8]),
    writesMax: chance.pick([1, 8]),
    slowLedger: chance.whole(2) === 0,
    chaosMs: CHAOS_MS,
    deeds: deedsOf(seed, ids, keyed, chance),
    faults: faultsFor(ids, chance),
  });
}

/** In two stories of five, fields are combined, and edits of them cross both ways; drawn apart as well. */
function combining(story: Story): Story {
  const chance = chanceFor(story.seed, 'crossing');
  if (chance.whole(5) > 1) return story;
  const ids = story.systems.map(({ id }) => id);
  const columns = [...COMBINED.map(({ name }) => name), 'stock'];
  const base = Object.fromEntries(COMBINED.map(({ name, base: value }) => [name, typeof value === 'string' ? value : null]));
  const [born, isDeadly] = [new Set<string>(), chance.whole(4) === 0];
  const deeds = story.deeds.map((deed): Timed => {
    if (deed.kind !== 'create' || born.has(deed.name)) return deed;
    born.add(deed.name);
    return { ...deed, values: { ...deed.values, ...base } };
  });
  const more = Array.from({ length: 8 + chance.whole(16) }, (_, number): Timed => {
    const [name, column] = [[...born][chance.whole(born.size)] ?? 'x', columns[chance.whole(columns.length)] ?? 'tags'];
    const first = chance.whole(ids.length);
    const [system, other] = [ids[first] ?? 'fno', ids[(first + 1 + chance.whole(ids.length - 1)) % ids.length] ?? 'ce'];
    const atMs = 1000 + chance.whole(CHAOS_MS - 2000);
    const mark = column === 'stock' ? String(1 + chance.whole(1_000_000)) : `t${number}`;
    if (column === 'stock' || chance.whole(3) > 0) return { kind: 'cross', systems: [system, other], name, column, token: mark, atMs };
    const token = `${mark}${system}`;
    return { kind: chance.pick(['put', 'replace'] as const), system, name, column, token, atMs };
  });
  // Of what is deleted, nothing is promised.
  const kept = deeds.filter(({ kind }) => kind !== 'remove' || isDeadly);
  return { ...story, combined: true, deeds: [...kept, ...more].toSorted((one, next) => one.atMs - next.atMs) };
}

/** In a quarter of the stories there is more to them; drawn apart, so that the others are as they were. */
function withMore(story: Story): Story {
  const chance = chanceFor(story.seed, 'more to it');
  if (chance.whole(4) !== 1) return story;
  const ids = story.systems.map(({ id }) => id);
  const [hasOwners, hasTwins, isExact] = [chance.whole(2) === 0, story.keyed && chance.whole(3) === 0, chance.whole(2) === 0];
  const more = { ...story, systems: story.systems.map((nature) => blindly(nature, chance)) };
  const owned = hasOwners ? owning(more, chance) : more;
  const alike = hasTwins ? { ...owned, twins: true as const, deeds: [...owned.deeds, ...twinsFor(ids, chance)] } : owned;
  const behind = faultsAt(ids, 'behind', 0.5, AT_READS, chance);
  const gateway = isExact ? [] : faultsAt(ids, 'write', 0.2, ['gateway before', 'gateway after'], chance);
  const told = { ...alike, faults: [...alike.faults.filter((fault) => !isAt(gateway, fault)), ...behind, ...gateway] };
  const sorted = { ...told, deeds: told.deeds.toSorted((one, other) => one.atMs - other.atMs) };
  return isExact ? exactly(sorted, chance) : sorted;
}

function isAt(faults: readonly Fault[], { port, method, number }: Fault): boolean {
  return faults.some((fault) => fault.port === port && fault.method === method && fault.number === number);
}

/** As both adapters answer: the stored row is told, or the row is read behind the write, under a version that the answer told or not. */
function blindly(nature: Nature, chance: Chance): Nature {
  const answers = nature.memo === 'cut' ? nature.answers : chance.pick<Nature['answers']>([nature.answers, 'etag', 'read-later']);
  return { ...nature, answers };
}

/** Things refer to owners; some of these come late, and some never. */
function owning(story: Story, chance: Chance): Story {
  const owner = (): Values => ({ owner: chance.pick(OWNERS) });
  const deeds = story.deeds.map((deed): Timed => {
    if (deed.kind === 'create' || (deed.kind === 'edit' && chance.whole(5) === 0))
      return { ...deed, values: { ...deed.values, ...owner() } };
    return deed;
  });
  const owners = OWNERS.flatMap((name): readonly Timed[] => {
    const when = chance.whole(4);
    const system = story.systems[chance.whole(story.systems.length)]?.id ?? 'fno';
    return when === 0 ? [] : [{ kind: 'own', system, name, atMs: when === 1 ? 0 : chance.whole(CHAOS_MS - 1000) }];
  });
  return { ...story, owners: { waitMs: chance.pick([4000, 3_600_000]) }, deeds: [...deeds, ...owners] };
}

/** Two people make the same thing at about the same time, each in their own system and under a name of its own. */
function twinsFor(ids: readonly string[], chance: Chance): readonly Timed[] {
  return Array.from({ length: 1 + chance.whole(3) }, (_, pair) => {
    const [first, ...others] = chance.whole(2) === 0 ? ids : ids.toReversed();
    const second = others[chance.whole(others.length)];
    const atMs = chance.whole(CHAOS_MS - 5000);
    const made = (of: string | undefined, which: string, ms: number): Timed => ({
      kind: 'create',
      system: of ?? 'fno',
      name: `${which}${pair}`,
      values: {
        name: `${of} twin ${which}${pair}`,
        price: `${pair}.5000`,
        twin: chance.pick([`Twin ${pair}`, `twin  ${pair}`]),
        owner: 'o1',
      },
      atMs: ms,
    });
    return [made(first, 'p', atMs), made(second, 'q', atMs + chance.whole(3000))];
  }).flat();
}

/** Faults after which it is known what was done, so that a sum is exact also where several add the same; and systems that fill in. */
function exactly(story: Story, chance: Chance): Story {
  const isDoubtful = ({ method, kind }: Fault): boolean =>
    kind.startsWith('crash') || (method === 'write' && kind !== 'throttled' && kind !== 'unreachable' && kind !== 'refused');
  const names = [
    ...new Set(story.deeds.flatMap((deed) => (deed.kind === 'create' && deed.values['stock'] !== undefined ? [deed.name] : []))),
  ];
  const same = names.flatMap((name) =>
    Array.from({ length: 1 + chance.whole(4) }, () => CHAOS_MS / 3 + chance.whole(CHAOS_MS / 2)).flatMap((atMs) =>
      story.systems.map(({ id }): Timed => ({ kind: 'add', system: id, name, amount: 6, atMs: atMs + chance.whole(600) })),
    ),
  );
  const deeds = story.deeds.filter(({ kind }) => kind !== 'crash' && kind !== 'stop' && kind !== 'compact');
  return {
    ...story,
    systems: story.systems.map((nature) => ({
      ...nature,
      answerMs: Math.min(nature.answerMs, 80),
      ...(chance.whole(2) === 0 && (nature.answers === 'stored' || nature.answers === 'etag') ? { fills: true as const } : {}),
    })),
    deeds: [...deeds, ...same].toSorted((one, other) => one.atMs - other.atMs),
    faults: story.faults.filter((fault) => !isDoubtful(fault)),
  };
}

function natureOf(id: string, chance: Chance): Nature {
  const price = chance.whole(3) === 0 ? 'rounded' : 'as it is';
  const memo = chance.pick<Nature['memo']>(['as it is', 'as it is', 'trimmed', 'upper case', 'cut']);
  const plain = price === 'as it is' && memo === 'as it is';
  // A system that cuts texts off must say what it stored: nobody could tell it from a user who shortened it.
  const answers = memo === 'cut' ? 'stored' : chance.pick<Nature['answers']>(['stored', 'read-later', plain ? 'version' : 'stored']);
  const skew = chance.pick([0, 0, 1, 2, 3]);
  return {
    id,
    versions: chance.pick(['ordered', 'opaque']),
    feed: chance.pick(['rows', 'rows', 'versions', 'keys']),
    answers,
    tellsRowInTheWay: chance.whole(2) === 0,
    pageRows: chance.pick([1, 2, 50]),
    ...(skew === 3 ? {} : { skewMs: skew === 0 ? 0 : (chance.whole(2) === 0 ? -1 : 1) * chance.whole(skew === 1 ? 5000 : 900_000) }),
    granularityMs: chance.pick([1, 1000]),
    memo,
    price,
    hints: chance.pick(['none', 'some', 'many']),
    answerMs: chance.pick([2, 20, 80, 300]),
  };
}

/** How often a thing happens: in a third of the stories never. */
function rate(chance: Chance, most: number): number {
  return chance.whole(3) === 0 ? 0 : (chance.whole(1000) / 1000) * most;
}

/** In a quarter of the stories; drawn apart, so that everything else in a story is as it is without. */
function compactionsFor(seed: number): readonly Timed[] {
  const chance = chanceFor(seed, 'epoch');
  if (chance.whole(4) !== 1) return [];
  return Array.from({ length: 1 + chance.whole(3) }, () => ({
    kind: 'compact' as const,
    keepMs: chance.pick([0, 500, 4000]),
    atMs: 1000 + chance.whole(CHAOS_MS - 2000),
  }));
}

/** In a quarter of the stories, while the engine runs. */
function shorteningsFor(seed: number): readonly Timed[] {
  const chance = chanceFor(seed, 'epoch meanwhile');
  if (chance.whole(4) !== 1) return [];
  return Array.from({ length: 1 + chance.whole(5) }, () => ({
    kind: 'shorten' as const,
    keepMs: chance.pick([0, 0, 500, 4000]),
    atMs: 500 + chance.whole(CHAOS_MS - 1000),
  }));
}

/** In a third of the stories; drawn apart as well. */
function stopsFor(seed: number): readonly Timed[] {
  const chance = chanceFor(seed, 'stop');
  if (chance.whole(3) !== 1) return [];
  return Array.from({ length: 1 + chance.whole(4) }, () => ({ kind: 'stop' as const, atMs: 1000 + chance.whole(CHAOS_MS - 2000) }));
}

function deedsOf(seed: number, ids: readonly string[], keyed: boolean, chance: Chance): readonly Timed[] {
  const deeds: Timed[] = [];
  let token = 0;
  const at = (): number => chance.whole(CHAOS_MS - 1000) + chance.whole(1000) / 1000;
  const system = (): string => ids[chance.whole(ids.length)] ?? 'fno';
  const values = (of: string): Values => {
    token += 1;
    const all: readonly Values[] = [
      { name: `${of} ${token}` },
      { name: `${of} ${token}` },
      { memo: `${of}${token} Lorem Ipsum ` },
      // None that is rounded to a whole number: where an answer is lost, that may be any number which differs by less than one.
      { price: `${token}.${1000 + chance.whole(8900)}` },
      { phone: chance.pick(WORDS) },
      { state: chance.pick(WORDS) },
      { street: chance.pick(WORDS) },
      { zip: chance.pick(WORDS), street: chance.pick(WORDS) },
    ];
    return { ...all[chance.whole(all.length)], ...(chance.whole(4) === 0 ? all[chance.whole(all.length)] : {}) };
  };
  const names = NAMES.slice(0, 1 + chance.whole(NAMES.length));
  for (const name of names) {
    const [first, ...others] = chance.whole(2) === 0 ? ids : ids.toReversed();
    const both = keyed && chance.whole(2) === 0;
    const born = (of: string): Values => ({ ...values(of), name: `${of} ${(token += 1)}`, price: `${token}.5000` });
    const early = chance.whole(2) === 0 ? 0 : at() / 3;
    deeds.push({ kind: 'create', system: first ?? 'fno', name, values: { ...born(first ?? 'fno'), stock: 100 }, atMs: early });
    if (both) for (const other of others) deeds.push({ kind: 'create', system: other, name, values: born(other), atMs: at() / 3 });
  }
  const edits = 5 + chance.whole(30);
  const [removals, burst] = [rate(chance, 0.08), chance.whole(2) === 0];
  let last = at();
  for (let index = 0; index < edits; index += 1) {
    // Edits that come close together are those that meet.
    last = burst && chance.whole(2) === 0 ? last + chance.whole(200) : at();
    const [of, name] = [system(), names[chance.whole(names.length)] ?? 'x'];
    const kind = chance.whole(1000) / 1000;
    if (kind < removals) deeds.push({ kind: 'remove', system: of, name, atMs: last });
    else if (kind < removals * 1.5) deeds.push({ kind: 'create', system: of, name, values: values(of), atMs: last });
    else if (kind < 0.3) deeds.push({ kind: 'add', system: of, name, amount: chance.whole(1_000_000) - 500_000, atMs: last });
    else deeds.push({ kind: 'edit', system: of, name, values: values(of), atMs: last });
  }
  for (let index = chance.whole(5); index > 0; index -= 1)
    deeds.push({ kind: 'rule', which: chance.whole(9), text: `ruled ${(token += 1)}`, atMs: at() });
  for (let index = Math.round(rate(chance, 3)); index > 0; index -= 1) deeds.push({ kind: 'expire', system: system(), atMs: at() });
  for (let index = Math.round(rate(chance, 1.2)); index > 0; index -= 1)
    deeds.push({ kind: 'hide', system: system(), forMs: chance.whole(4000), atMs: at() });
  for (let index = Math.round(rate(chance, 1.2)); index > 0; index -= 1)
    deeds.push({ kind: 'drift', system: system(), forMs: chance.whole(4000), atMs: at() });
  for (let index = Math.round(rate(chance, 8)); index > 0; index -= 1) deeds.push({ kind: 'crash', atMs: at() });
  deeds.push(...compactionsFor(seed), ...stopsFor(seed), ...shorteningsFor(seed));
  return deeds.toSorted((one, other) => one.atMs - other.atMs);
}

const AT_READS: readonly FaultKind[] = ['throttled', 'unreachable', 'denied', 'slow', 'slow', 'lost after'];
const AT_WRITES: readonly FaultKind[] = ['throttled', 'unreachable', 'slow', 'lost before', 'lost after', 'lost after', 'late', 'late'];

function faultsAt(
  ids: readonly string[],
  method: Fault['method'],
  most: number,
  kinds: readonly FaultKind[],
  chance: Chance,
): readonly Fault[] {
  return ids.flatMap((port) => drawn({ port, method, often: rate(chance, most), kinds }, chance));
}

interface Drawing {
  readonly port: string;
  readonly method: Fault['method'];
  readonly often: number;
  readonly kinds: readonly FaultKind[];
}

function drawn({ port, method, often, kinds }: Drawing, chance: Chance): readonly Fault[] {
  const faults: Fault[] = [];
  for (let number = 0; number < CALLS[method]; number += 1) {
    const kind = kinds[chance.whole(kinds.length)];
    if (kind !== undefined && chance.whole(1000) < often * 1000) faults.push({ port, method, number, kind });
  }
  return faults;
}

function faultsFor(ids: readonly string[], chance: Chance): readonly Fault[] {
  const faults: Fault[] = [];
  const draw = (port: string, method: Fault['method'], often: number, kinds: readonly FaultKind[]): void =>
    void faults.push(...drawn({ port, method, often, kinds }, chance));
  for (const id of ids) {
    draw(id, 'changes', rate(chance, 0.15), AT_READS);
    draw(id, 'read', rate(chance, 0.15), AT_READS);
    draw(id, 'write', rate(chance, 0.5), AT_WRITES);
    draw(id, 'write', rate(chance, 0.06), ['refused']);
    draw(id, 'write', rate(chance, 0.15), ['crash before', 'crash after', 'crash after']);
    draw(id, 'changes', rate(chance, 0.02), ['crash after']);
  }
  draw('ledger', 'commit', rate(chance, 0.08), ['crash before', 'crash after']);
  return faults;
}

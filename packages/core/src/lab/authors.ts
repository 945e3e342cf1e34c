import type { Table } from '../map/compile.ts';
import { members } from '../policy/set.ts';
import { piecesOf } from '../policy/text.ts';
import type { ChangeRow, EditTold } from '../ports/plan.ts';
import { CONCORD, PERSON } from '../register/actors.ts';
import type { Value } from '../values.ts';
import { runsOf, writtenIn, type Author, type Budget, type Run, type Written } from './written.ts';

type Step = Pick<ChangeRow, 'seq' | 'stamp' | 'edits' | 'patch'>;

/** A value that somebody told, or that was merged. */
interface Version {
  readonly system: string;
  readonly value: Value;
  readonly written: Written;
}

/** Longer histories, and longer values, are not told word by word: so many take a tenth of a second at the most. */
const STEPS_MAX = 50_000_000;
/** How many of the last versions are looked at for what stands. */
const VERSIONS_MAX = 8;

/** Whether a value has several authors: a text or a set that a policy combines. */
export function hasAuthors({ registers }: Table, name: string): boolean {
  const register = registers.get(name);
  const [field, ...others] = register?.map.fields ?? [];
  const isSplit = field?.type.kind === 'text' || field?.type.kind === 'choices';
  return others.length === 0 && isSplit && register?.traits.combines === true && register.derived === undefined;
}

/** Who wrote what of a value, told from its history alone: each edit put in what its author had not seen there. */
export interface Authors {
  follow(change: Step): void;
  /** The value, each stretch with its author; of a set, each member. `undefined`: the history is too long to tell, or comes to another value. */
  runs(value: Value | undefined): readonly Run[] | undefined;
}

export function openAuthors({ registers }: Table, name: string): Authors {
  const isSet = registers.get(name)?.type.kind === 'choices';
  const budget: Budget = { left: STEPS_MAX };
  const versions: Version[] = [];
  let standing: Version = { system: CONCORD, value: null, written: { pieces: [], authors: [] } };
  const split = (value: Value): readonly string[] => (isSet ? membersIn(value) : typeof value === 'string' ? piecesOf('words', value) : []);
  /** By piece, who wrote it last: what comes back after long is theirs. */
  const wrote = new Map<string, Author>();
  const toldBy = (value: Value, sources: readonly Written[], author: Author): Written => {
    const told = writtenIn(split(value), sources, (piece) => (isOfAll(author) ? wrote.get(piece) : undefined) ?? author, budget);
    for (const [at, piece] of told.pieces.entries()) if (told.authors[at] === author && !isOfAll(author)) wrote.set(piece, author);
    return told;
  };
  const found = (value: Value, author: Author | undefined): Written =>
    writtenIn(split(value), latest(), (piece) => wrote.get(piece) ?? author, budget);

  /** The latest first. */
  const latest = (): readonly Written[] => [standing, ...versions.toReversed()].map((version) => version.written);
  const valued = (value: Value): Written | undefined => [...versions, standing].findLast((version) => version.value === value)?.written;

  /** What an edit was made from: what its author saw, perhaps saw, and their own step that it stands for as well; rulings choose from everything. */
  function sourcesOf({ system, on, joins, or = [] }: EditTold): readonly Written[] {
    if (isOfAll({ system })) return latest();
    if (on === undefined) return [];
    const step = joins === undefined ? undefined : versions.findLast((version) => version.system === system)?.written;
    const seen = [on, ...or.map(({ before }) => before)].map((value) => valued(value) ?? found(value, undefined));
    return [...(step ? [step] : []), ...seen];
  }

  function keep(version: Version): void {
    versions.push(version);
    if (versions.length > VERSIONS_MAX) versions.shift();
  }

  return {
    follow({ seq, stamp, edits, patch }) {
      if (budget.left < 0) return;
      const isBegun = versions.length > 0 || edits.some(({ register }) => register === name);
      for (const edit of edits.filter(({ register }) => register === name)) {
        const { system, by, value } = edit;
        keep({ system, value, written: toldBy(value, sourcesOf(edit), { system, by, seq, atMs: edit.stamp.ms }) });
      }
      const line = patch.find(({ path }) => path === `/${name}`);
      if (!line) return;
      const value = typeof line.value === 'string' ? line.value : null;
      const author = isBegun ? { system: CONCORD, seq, atMs: stamp.ms } : undefined;
      const told = versions.findLast((version) => version.value === value)?.written;
      standing = { system: CONCORD, value, written: told ?? found(value, author) };
      keep(standing);
    },
    runs(value) {
      if (budget.left < 0 || standing.value !== (value ?? null)) return undefined;
      const { pieces, authors } = standing.written;
      return isSet ? pieces.map((text, at) => ({ text, author: authors[at] })) : runsOf(standing.written);
    },
  };
}

function isOfAll({ system }: Pick<Author, 'system'>): boolean {
  return system === PERSON || system === CONCORD;
}

function membersIn(value: Value): readonly string[] {
  return [...(members(value) ?? [])].toSorted();
}

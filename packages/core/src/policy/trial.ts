import { actorIdFrom, opId, systemId } from '../ids.ts';
import type { FieldType } from '../map/type.ts';
import type { Edit } from '../record/record.ts';
import { sameValue, type Scalar } from '../values.ts';
import { viewOfConflict, type Conflict } from './conflict.ts';
import { generate, seeded, type Seeded } from './generate.ts';
import type { Resolution, View } from './policy.ts';

/** So many frontiers are tried. */
const CASES = 100;
const SEED = 20_240_501;
/** Few different times, so that equal ones are the rule. */
const MOMENTS = [1_700_000_000_000, 1_700_000_000_001, 1_700_000_060_000] as const;
/** So many of the cases are tried once more, to see whether the same edits come to the same. */
const AGAIN = 20;

/** What a policy is tried on: a field, as the configuration uses it there. */
export interface Trial {
  readonly type: FieldType;
  readonly systems: readonly string[];
  readonly symbols?: readonly string[];
  readonly options: unknown;
}

/**
 * Tries a policy on generated frontiers of a field: it must never throw or use up its limits, answer with values of the field's type alone,
 * leave alone what nobody disputes, and answer the same when it is asked again. Answers the first case in which it does not, in words.
 */
export function findBreach(run: (views: readonly View[]) => readonly Resolution[], trial: Trial): string | undefined {
  const chance = seeded(SEED);
  const views = Array.from({ length: CASES }, (_, index) => conflictOf(trial, chance, index)).flatMap(
    (conflict) => viewOfConflict(conflict) ?? [],
  );
  const resolutions = run(views);
  for (const [index, view] of views.entries()) {
    const resolution = resolutions[index];
    const words = resolution && breachOf(view, resolution);
    if (words !== undefined) return `of ${tellView(view)}, it ${words}`;
  }
  const again = run(views.slice(0, AGAIN));
  const index = again.findIndex((resolution, at) => JSON.stringify(resolution) !== JSON.stringify(resolutions[at]));
  const other = views[index];
  return other && `of ${tellView(other)}, it answers now one thing and now another`;
}

function breachOf(view: View, resolution: Resolution): string | undefined {
  if (resolution.kind === 'held') return resolution.code === 'C17' ? resolution.reason : undefined;
  const [first, ...rest] = view.frontier;
  if (!first || !rest.every((edit) => sameValue(edit.value, first.value)) || sameValue(first.value, resolution.value)) return undefined;
  return `answers ${JSON.stringify(resolution.value)}, although nobody disputes ${JSON.stringify(first.value)}`;
}

/** One edit, edits that agree, births, and edits upon a base, in turn. */
function conflictOf(trial: Trial, chance: Seeded, index: number): Conflict {
  const names = [...trial.systems, 'person'];
  const count = index % 5 === 0 ? 1 : 2 + chance.whole(names.length - 1);
  const base = index % 3 === 0 ? undefined : valueOf(trial, chance);
  const agreed = index % 7 === 0 ? valueOf(trial, chance) : undefined;
  const authors = drawn(names, count, chance);
  return {
    edits: authors.map((name) => editOf(name, agreed === undefined ? valueOf(trial, chance) : agreed, base, chance)),
    type: trial.type,
    ...(base === undefined ? {} : { base }),
  };
}

function drawn(names: readonly string[], count: number, chance: Seeded): readonly string[] {
  const left = [...names];
  return Array.from({ length: count }, () => left.splice(chance.whole(left.length), 1)).flat();
}

function valueOf({ type, symbols }: Trial, chance: Seeded): Scalar {
  return chance.whole(4) === 0 ? null : generate(type, symbols === undefined ? {} : { symbols }, chance);
}

function editOf(name: string, value: Scalar, on: Scalar | undefined, chance: Seeded): Edit {
  const system = systemId(name);
  const op = opId(1 + chance.whole(3), actorIdFrom(hexOf(name)));
  const stamp = { ms: chance.pick(MOMENTS), count: chance.whole(2), system };
  return { op, system, value, saw: on === undefined ? 0 : 1, number: 2, stamp, ...(on === undefined ? {} : { on }) };
}

function hexOf(text: string): string {
  return Array.from(text, (char) => (char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')).join('');
}

function tellView({ frontier, base }: View): string {
  const edits = frontier.map(({ system, value }) => `${system} ${JSON.stringify(value)}`).join(' and ');
  return base === undefined ? `${edits}, with nothing before` : `${edits}, with ${JSON.stringify(base)} before`;
}

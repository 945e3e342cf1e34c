import type { Change } from '../api/client.ts';

/** A mark in the timeline. */
export interface Mark {
  readonly version: number;
  readonly lane: string;
  /** `edit`: somebody set something. `merged`, `held`: what Concord made of it. `ruling`: what a person decided. */
  readonly kind: 'edit' | 'merged' | 'held' | 'ruling';
  readonly at: string;
  readonly fields: readonly string[];
  readonly change: Change;
}

/** Edits that did not know of each other, as a band over their marks. */
export interface Band {
  readonly from: number;
  readonly to: number;
}

export const CONCORD = 'concord';
export const PEOPLE = 'person';

/** Every edit in the lane of its author, every decision in Concord's. */
export function marksOf(history: readonly Change[]): readonly Mark[] {
  return history.flatMap((change): readonly Mark[] => {
    const { version, at, system, edits, resolutions } = change;
    const common = { version, at, change };
    const authored: Mark[] =
      edits.length === 0
        ? []
        : [
            {
              ...common,
              lane: system,
              kind: system === PEOPLE ? 'ruling' : 'edit',
              fields: edits.flatMap(({ values }) => Object.keys(values)),
            },
          ];
    const decided = resolutions.filter(({ rule }) => rule !== 'ruling');
    if (decided.length === 0) return authored;
    const kind = decided.some(({ state }) => state === 'held') ? 'held' : 'merged';
    return [...authored, { ...common, lane: CONCORD, kind, fields: decided.flatMap(({ fields }) => fields) }];
  });
}

/** By their places in the timeline: from the first of the sides of a decision to the last. */
export function bandsOf(history: readonly Change[]): readonly Band[] {
  const bands: Band[] = [];
  for (const change of history) {
    for (const { sides, rule, fields } of change.resolutions) {
      if (rule === 'ruling' || sides.length < 2) continue;
      const places = sides.map(
        (side) =>
          history.findLast(
            (one) =>
              one.version <= change.version &&
              one.edits.some((edit) => edit.system === side.system && edit.at === side.at && fields.some((name) => name in edit.values)),
          )?.version,
      );
      const known = places.filter((place) => place !== undefined);
      if (known.length > 1) bands.push({ from: Math.min(...known), to: Math.max(...known) });
    }
  }
  return merged(bands);
}

function merged(bands: readonly Band[]): readonly Band[] {
  const done: Band[] = [];
  for (const band of bands.toSorted((a, b) => a.from - b.from)) {
    const last = done.at(-1);
    if (last && band.from <= last.to) done.splice(-1, 1, { from: last.from, to: Math.max(last.to, band.to) });
    else done.push(band);
  }
  return done;
}

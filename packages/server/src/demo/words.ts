import type { Json } from '@concord/core';
import type { ChangeTold, EditTold, ResolutionTold, Told } from './rest.ts';

/** A row of the story: who speaks, and what is said. */
export interface Spoken {
  readonly label: string;
  readonly words: string;
}

type Values = Readonly<Record<string, Told>>;

/** The history of a record, as the REST API tells it, in words: what was changed, what was decided by which rule, and what lost. */
export function historyWords(changes: readonly ChangeTold[]): readonly Spoken[] {
  return changes.flatMap(({ version, system, by, note, edits, resolutions }) => {
    const author = system === 'person' ? (by ?? system) : system;
    const noted = note === undefined ? '' : ` (“${note}”)`;
    const edited = { label: `v${version} ${author}`, words: `${edits.map(editWords).join('; ')}${noted}` };
    return [...(edits.length > 0 ? [edited] : []), ...resolutions.flatMap((resolution) => resolutionWords(version, resolution))];
  });
}

function resolutionWords(version: number, resolution: ResolutionTold): readonly Spoken[] {
  const { fields, state, rule, reason, values = {}, sides, losers } = resolution;
  const about = fields.map(lifeWord).join(', ');
  if (state === 'held') return [{ label: `v${version} waits`, words: `${about} waits for a person. Rule ${rule}: ${reason}` }];
  const rivals = sides.map((side) => side.values);
  const stands = { label: `v${version} merged`, words: `${valueWords(differing(values, rivals))}. Rule ${rule}: ${reason}` };
  const lost = losers.map((loser) => ({
    label: '   lost',
    words: `what ${loser.system} said: ${valueWords(differing(loser.values, [values]))}. Kept in the history`,
  }));
  return [stands, ...lost];
}

function editWords({ values, before }: EditTold): string {
  const changed = Object.keys(values).filter((field) => before === undefined || before[field] !== values[field]);
  return changed
    .map((field) => `${lifeWord(field)}: ${before === undefined ? '' : `${told(before[field])} → `}${told(values[field])}`)
    .join(', ');
}

/** Of a group, only what the sides do not agree on; all of it when they do. */
function differing(values: Values, others: readonly Values[]): Values {
  const fields = Object.entries(values).filter(([field, value]) =>
    others.some((other) => other[field] !== undefined && other[field] !== value),
  );
  return fields.length > 0 ? Object.fromEntries(fields) : values;
}

export function valueWords(values: Readonly<Record<string, Json | undefined>>): string {
  return Object.entries(values)
    .map(([field, value]) => `${lifeWord(field)} ${told(value)}`)
    .join(', ');
}

/** A record's life is a field like any other, under a name that no column can have. */
function lifeWord(field: string): string {
  return field === '$life' ? 'record' : field;
}

/** A value as it would be typed. */
export function told(value: Json | undefined): string {
  if (value === null || value === undefined || value === '') return 'empty';
  return typeof value === 'string' ? `“${value}”` : JSON.stringify(value);
}

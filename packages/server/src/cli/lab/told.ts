import type { Scalar } from '@concord/core';
import type { ReplayTold } from '../../views/lab.ts';

type Values = Readonly<Record<string, Scalar>>;
type Example = ReplayTold['registers'][number]['examples'][number];
type Loss = ReplayTold['lost']['onlyAfter'][number];

/** A report for a terminal: first what it comes to, then register by register, then every edit that only one of the two loses. */
export function replayLines(told: ReplayTold): readonly string[] {
  const { under, records, changes, compacted, registers, lost, writes, unplayable } = told;
  const standing = registers.reduce((sum, one) => sum + one.standing, 0);
  const held = registers.reduce((sum, one) => sum + one.newlyHeld, 0);
  const free = registers.reduce((sum, one) => sum + one.noLongerHeld, 0);
  return [
    `${changes} changes of ${records} records, played again under ${under}. Nothing was written.`,
    ...(compacted === 0
      ? []
      : [`${compacted} records were compacted: they are played from what stood then, and what was lost before is not counted.`]),
    '',
    `  merged values that would be other now  ${standing}`,
    `  edits lost                             ${lost.before} as configured, ${lost.after} under ${under} (${lost.both} under both)`,
    `  waiting for a person                   ${held} more, ${free} fewer`,
    `  writes to systems, estimated           ${writes.before} as configured, ${writes.after} under ${under}`,
    ...registers.flatMap(tallyLines),
    ...lossLines(`Lost under ${under}, and not as configured`, lost.onlyAfter, lost.after - lost.both),
    ...lossLines(`Lost as configured, and not under ${under}`, lost.onlyBefore, lost.before - lost.both),
    ...unplayable.map(({ entity, register }) => `${entity}.${register} is not there, or is grouped otherwise: its edits cannot be played.`),
  ];
}

function tallyLines(tally: ReplayTold['registers'][number]): readonly string[] {
  const { entity, register, rule, edits, differing, standing, newlyHeld, noLongerHeld, lost, examples } = tally;
  const counts = [
    `${differing} of ${edits} edits came to something else`,
    `${standing} values would be other now`,
    ...(newlyHeld > 0 ? [`${newlyHeld} would wait for a person`] : []),
    ...(noLongerHeld > 0 ? [`${noLongerHeld} would no longer wait`] : []),
    ...(lost.before === lost.after ? [] : [`lost edits ${lost.before} → ${lost.after}`]),
  ];
  return ['', `${entity}.${fieldWord(register)}  ${rule.before} → ${rule.after}`, `  ${counts.join('; ')}`, ...examples.map(exampleLine)];
}

function exampleLine({ name, before, after }: Example): string {
  return `  ${name}: ${standingWords(before)} → ${standingWords(after)}`;
}

function standingWords({ values, held, rule }: Example['before']): string {
  return held ? `${valueWords(values)} while it waits` : `${valueWords(values)}${rule === undefined ? '' : ` (${rule})`}`;
}

function lossLines(title: string, losses: readonly Loss[], count: number): readonly string[] {
  if (count === 0) return [];
  const more = count > losses.length ? [`  … and ${count - losses.length} more; --losses shows them`] : [];
  return ['', `${title}: ${count}`, ...losses.map(lossLine), ...more];
}

function lossLine({ at, system, by, entity, name, values, before = {}, stands }: Loss): string {
  const who = by === undefined ? system : `${system} ${by}`;
  const changed = Object.keys(values).filter((field) => values[field] !== before[field]);
  const said = changed.map((field) => `${fieldWord(field)}: ${word(before[field])} → ${word(values[field])}`).join(', ');
  const now =
    stands['$life'] === 'deleted'
      ? 'the record is deleted'
      : `${valueWords(Object.fromEntries(changed.map((field) => [field, stands[field] ?? null])))} stands`;
  return `  ${at}  ${who}  ${entity} ${name}  ${said}; ${now}`;
}

export function valueWords(values: Values): string {
  const entries = Object.entries(values);
  const [[, only] = []] = entries;
  return entries.length === 1 ? word(only) : entries.map(([field, value]) => `${field} ${word(value)}`).join(', ');
}

export function fieldWord(field: string): string {
  return field === '$life' ? 'record' : field;
}

function word(value: Scalar | undefined): string {
  if (value === null || value === undefined || value === '') return 'empty';
  return typeof value === 'string' ? `“${value}”` : String(value);
}

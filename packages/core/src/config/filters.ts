import type { EntityFields } from './entity.ts';
import { readExpression } from './expressions.ts';
import type { Path } from './fault.ts';
import type { Reading } from './reading.ts';

/** Checks the filter of an entity, and those of its sides. */
export function checkFilters(reading: Reading, entity: EntityFields, filter: string | undefined): void {
  const systems = Object.keys(entity.sides);
  if (filter !== undefined) checkFilter(reading, filter, entity, systems, [...entity.path, 'filter']);
  for (const [system, side] of Object.entries(entity.sides)) {
    if (side.filter !== undefined) checkFilter(reading, side.filter, entity, [system], [...entity.path, system, 'filter']);
  }
}

/** A row is judged by what it tells itself: a field that is not read from it would always be empty, and keep every row out in silence. */
function checkFilter(reading: Reading, text: string, entity: EntityFields, systems: readonly string[], path: Path): void {
  const reads = readExpression(reading, text, entity, { result: { kind: 'yesno' }, path })?.reads ?? [];
  for (const name of reads) {
    const field = entity.fields.get(name);
    if (!field) continue;
    if (field.type.kind === 'reference')
      reading.wrong(
        path,
        `"${name}" is a reference, which is known only once the other record is.`,
        'Let the filter ask for other fields.',
      );
    if (field.derived !== undefined)
      reading.wrong(path, `"${name}" is computed: a row does not tell it.`, 'Let the filter ask for what it is computed from.');
    const blind = systems.find((system) => field.sides[system] === undefined || field.sides[system].only === 'write');
    if (blind !== undefined)
      reading.wrong(
        path,
        `"${name}" is not read in ${blind}, so no row of ${blind} could pass.`,
        systems.length > 1
          ? 'Put the filter into the block of a system that reads it.'
          : 'Map it there, or let the filter ask for other fields.',
      );
  }
}

import type { SystemId } from '../ids.ts';
import type { DeliveryRow, Plan } from '../ports/plan.ts';
import type { Attributes } from '../ports/tracing.ts';
import { LIFE, type Attempt, type RecordState } from '../record/record.ts';

/** More names than anybody reads in a trace. */
const NAMES_MAX = 32;

export function aboutRecord({ id, entity }: Pick<RecordState, 'id' | 'entity'>, system: SystemId): Attributes {
  return { 'concord.record': id, 'concord.entity': entity, 'concord.system': system };
}

/** What a plan comes to: who edited which fields, by which rules that was decided, and who is to be told. */
export function planAttributes({ record, changes, conflicts, deliveries }: Plan): Attributes {
  const edits = changes.flatMap((change) => change.edits);
  const decided = changes.flatMap(({ resolutions }) => resolutions);
  return {
    'concord.record': record.id,
    'concord.entity': record.entity,
    'concord.revision': record.revision,
    'concord.changes': changes.map(({ hash }) => hash),
    'concord.authors': names(changes.map(({ system }) => system)),
    'concord.fields': names(edits.map(({ register }) => register)),
    'concord.codes': names([...decided, ...conflicts].map(({ code }) => code)),
    'concord.rules': names(decided.map(({ rule }) => rule)),
    'concord.held': names(decided.filter(({ kind }) => kind === 'held').map(({ register }) => register)),
    'concord.targets': [...deliveries].flatMap(([system, row]) => (row ? [system] : [])),
  };
}

/** Which changes are brought to which system, and for the how-manieth time that is tried. */
export function writeAttributes(record: RecordState, planned: Attempt, { system, attempts }: DeliveryRow, kind: string): Attributes {
  return {
    ...aboutRecord(record, system),
    'concord.delivery': planned.id,
    'concord.changes': names(planned.heads),
    'concord.fields': names(Object.keys(planned.registers)),
    'concord.write': kind,
    'concord.attempt': attempts + 1,
  };
}

/** Each once; whether a record lives is no field. */
function names(all: readonly string[]): readonly string[] {
  return [...new Set(all)].filter((name) => name !== LIFE).slice(0, NAMES_MAX);
}

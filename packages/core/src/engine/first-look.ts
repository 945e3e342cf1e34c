import type { Key } from '../ids.ts';
import { admit } from '../map/admit.ts';
import type { Table } from '../map/compile.ts';
import { openInlets } from '../map/inlets.ts';
import { translateRow, type References } from '../map/translate.ts';
import type { Row, System } from '../ports/system.ts';
import type { Value } from '../values.ts';

/** A row as it is before any record is: by what it may be matched, and what it holds. */
export interface FirstLook {
  readonly key: Key;
  /** The texts of the natural key and of the further keys, in the order in which rows are matched; `undefined` where a key says nothing. */
  readonly tiers: readonly (string | undefined)[];
  /** The same for keys that join nothing by themselves. */
  readonly weak: readonly (string | undefined)[];
  readonly values: ReadonlyMap<string, Value>;
  /** Columns that could not be understood. */
  readonly unreadable: number;
}

/** Nothing is mirrored yet: what refers to another row tells nothing. */
const NO_RECORDS: References = { toRecord: () => undefined, toText: () => undefined, recordIn: () => undefined };

/** What a row would be matched by and bring, if it were taken now. `undefined`: a filter keeps it out. */
export async function firstLook(system: System, table: Table, row: Row): Promise<FirstLook | undefined> {
  const inlets = await openInlets(table, system.id, row.columns);
  const mapped = translateRow(table, system.id, row, system.dialect, NO_RECORDS, inlets);
  if (admit(table, mapped) === 'out') return undefined;
  const textOf = (rule: (typeof table.relations.match)[number]) => rule.text((register) => mapped.values.get(register));
  return {
    key: row.key,
    tiers: [mapped.identity, ...table.relations.match.map(textOf)],
    weak: table.relations.review.map(textOf),
    values: mapped.values,
    unreadable: mapped.unreadable.length,
  };
}

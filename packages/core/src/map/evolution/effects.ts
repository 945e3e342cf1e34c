import type { FieldMap, RegisterMap, Side, TableMap, TableSide } from '../table.ts';

/** What a change means for the records that exist. */
export interface Effect {
  readonly meaning: string;
  /** `rows`: every row is compared, since rows hold, or lack, what the ledger does not know. `records`: every record is looked at anew. */
  readonly reaches: 'rows' | 'records' | 'nothing';
}

const fromNow = (meaning: string): Effect => ({ meaning, reaches: 'nothing' });
const everyRecord = (meaning: string): Effect => ({ meaning, reaches: 'records' });
const everyRow = (meaning: string): Effect => ({ meaning, reaches: 'rows' });

const READ_ANEW = everyRow(
  'the system is asked for it as if for the first time: what is empty there is filled, and where it differs the policy decides',
);
const BEGUN_ANEW = everyRow(
  'it begins anew: every row is read for it, and where systems differ the policy decides between what they hold. Its history stays; questions and writes of it that are open end',
);
const WRITTEN_SO = fromNow('the next write to that column is made so; what is written already stays');
const ELSEWHERE = everyRow(
  'its rows are looked for elsewhere: those that are found are matched, those that are not found any more count as deleted, and many at once wait for a person. To go on in another place, name it as another system',
);
const FILTERED = everyRow('rows that pass now become records; records that exist stay, whether or not they pass');
const MATCHED = everyRecord(
  'records that share such a key are brought together, or asked about, as if they came now; those that are together stay so',
);

/** How a field is told in one system. Each member has its effect, so none can be changed unnoticed. */
export const OF_SIDE: Readonly<Record<keyof Side, Effect>> = {
  column: READ_ANEW,
  write: WRITTEN_SO,
  as: WRITTEN_SO,
  to: WRITTEN_SO,
  by: READ_ANEW,
  values: READ_ANEW,
  holds: READ_ANEW,
  from: READ_ANEW,
  only: everyRow('the system is read, or written to, for the first time or no longer: every row is compared, and what it lacks is written'),
  maxLength: fromNow('a longer text is held back, or fits, from its next write on'),
  lossy: fromNow('`concord check` looks at the transform in another way; values stay'),
};

export const OF_FIELD: Readonly<Record<Exclude<keyof FieldMap, 'name' | 'sides'>, Effect>> = {
  type: BEGUN_ANEW,
  sensitive: fromNow('who may see its values, in the history as well, is decided by this from now on'),
  reference: fromNow('a reference that leads to nothing is treated so from now on'),
};

export const OF_REGISTER: Readonly<Record<Exclude<keyof RegisterMap, 'name'>, Effect>> = {
  fields: BEGUN_ANEW,
  policy: fromNow(
    'it decides from now on; what was decided stays. `concord plan --policies` tells what it would have made of that, and `concord lab apply` brings values there',
  ),
  refused: fromNow('a value that a system refuses is treated so from now on'),
};

type SideOfTable = Exclude<keyof TableSide, 'system' | 'entity' | 'columns'>;

/** How an entity is kept in one system. */
export const OF_SYSTEM: Readonly<Record<SideOfTable, Effect>> = {
  set: ELSEWHERE,
  id: ELSEWHERE,
  where: ELSEWHERE,
  constants: fromNow('a row that is made has them; rows that exist stay as they are'),
  feed: everyRow('changes are heard in another way: all rows are listed and compared once'),
  concurrency: fromNow('a write over a newer row is prevented in another way'),
  correlation: fromNow('a row that is made bears the id in that column; rows that exist stay as they are'),
  only: everyRow('the system is written to for the first time, or no longer: every row is compared, and what it lacks is written'),
  filter: FILTERED,
  guard: fromNow('so much may happen at once from now on'),
};

export const OF_TABLE: Readonly<Record<Exclude<keyof TableMap, 'entity' | 'sides' | 'registers'>, Effect>> = {
  key: everyRecord('every record is named by the new key; rows that are matched stay so, and rows that come are matched by it'),
  match: MATCHED,
  review: MATCHED,
  filter: FILTERED,
  derived: everyRecord('what is computed is computed anew for every record'),
  delete: fromNow('it decides about deletions from now on'),
  refused: fromNow('a value that a system refuses is treated so from now on'),
  invariants: fromNow('they are held to from the next edit of a record on'),
  unique: everyRecord('records that share such a key are treated as if the younger came now'),
  seed: fromNow('it comes first where two rows meet for the first time from now on'),
  initial: fromNow('it only matters before the first agreement'),
};

/** The members of a side by which a system's values are read: where one is another, what it had told before says nothing of what it tells now. */
export const READING: ReadonlySet<string> = new Set<keyof Side>(['column', 'by', 'values', 'holds', 'from']);

/** `returned`: it was mirrored once, and not the last time. `unknown`: the ledger is from before it kept with what it ran. */
export const OF_ENTITY: Readonly<Record<'added' | 'returned' | 'removed' | 'unknown', Effect>> = {
  added: fromNow('its rows are listed, matched, and brought together: an initial write'),
  returned: everyRow('it is mirrored again: every row is compared with its record'),
  removed: fromNow('nothing of it is read or written any more; its records, what they wait for, and their history stay in the ledger'),
  unknown: fromNow('it is not known with which configuration it ran: what differs because of that, `concord resync entity` finds'),
};

import type { LossTold, ReplayReport, RegisterTally, Standing, Table } from '@concord/core';
import { Type, type Static } from 'typebox';
import { fieldsIn, instantOf, valuesOf } from './values.ts';

const scalar = Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]);
const values = Type.Record(Type.String(), scalar);
const sides = Type.Object({ before: Type.Number(), after: Type.Number() });
const standing = Type.Object({
  values,
  held: Type.Boolean(),
  rule: Type.Optional(Type.String()),
  reason: Type.Optional(Type.String()),
});
const loss = Type.Object({
  entity: Type.String(),
  record: Type.String(),
  name: Type.String(),
  system: Type.String(),
  by: Type.Optional(Type.String()),
  at: Type.String(),
  values,
  before: Type.Optional(values),
  rule: Type.String(),
  stands: values,
});

/** A replay's report as the API tells it, and as the command line reads it. */
export const replayShape = Type.Object({
  under: Type.String(),
  records: Type.Number(),
  changes: Type.Number(),
  /** Records that were played from where they were compacted. */
  compacted: Type.Number(),
  registers: Type.Array(
    Type.Object({
      entity: Type.String(),
      register: Type.String(),
      fields: Type.Array(Type.String()),
      rule: Type.Object({ before: Type.String(), after: Type.String() }),
      edits: Type.Number(),
      differing: Type.Number(),
      standing: Type.Number(),
      newlyHeld: Type.Number(),
      noLongerHeld: Type.Number(),
      writes: sides,
      lost: sides,
      examples: Type.Array(Type.Object({ record: Type.String(), name: Type.String(), before: standing, after: standing })),
    }),
  ),
  lost: Type.Object({
    before: Type.Number(),
    after: Type.Number(),
    both: Type.Number(),
    onlyBefore: Type.Array(loss),
    onlyAfter: Type.Array(loss),
  }),
  writes: sides,
  unplayable: Type.Array(Type.Object({ entity: Type.String(), register: Type.String() })),
});

export type ReplayTold = Static<typeof replayShape>;

export function tellReplay(tables: ReadonlyMap<string, Table>, under: string, report: ReplayReport): ReplayTold {
  const { records, changes, compacted, registers, losses, writes, unplayable } = report;
  const { onlyBefore, onlyAfter, ...counts } = losses;
  const lost = {
    ...counts,
    onlyBefore: onlyBefore.map((one) => tellLoss(tables, one)),
    onlyAfter: onlyAfter.map((one) => tellLoss(tables, one)),
  };
  return { under, records, changes, compacted, registers: registers.map(tellTally), lost, writes, unplayable: [...unplayable] };
}

function tellTally({ before, after, examples, fields, ...rest }: RegisterTally): ReplayTold['registers'][number] {
  const told = examples.map((example) => ({
    ...example,
    before: tellStanding(fields, example.before),
    after: tellStanding(fields, example.after),
  }));
  return { ...rest, fields: [...fields], rule: { before, after }, examples: told };
}

export function tellStanding(fields: readonly string[], { value, ...rest }: Standing) {
  return { values: valuesOf(fields, value), ...rest };
}

function tellLoss(
  tables: ReadonlyMap<string, Table>,
  { edit, entity, stands, ...rest }: LossTold,
): ReplayTold['lost']['onlyAfter'][number] {
  const { system, by, stamp, value, on, register } = edit;
  const fields = fieldsIn(tables.get(entity), register);
  return {
    entity,
    ...rest,
    system,
    ...(by === undefined ? {} : { by }),
    at: instantOf(stamp),
    values: valuesOf(fields, value),
    ...(on === undefined ? {} : { before: valuesOf(fields, on) }),
    stands: stands === 'deleted' ? { $life: 'deleted' } : valuesOf(fields, stands),
  };
}

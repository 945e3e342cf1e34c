import { nameOf, type Difference, type ProvenRecord, type RecordState, type Standing, type Table } from '@concord/core';
import { Type, type Static } from 'typebox';
import { fieldsIn, valuesOf } from './values.ts';

const scalar = Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]);
const standing = Type.Object({ values: Type.Record(Type.String(), scalar), held: Type.Boolean() });

/** Records held against their own edits. */
export const proofShape = Type.Object({
  records: Type.Number(),
  registers: Type.Number(),
  /** Registers that differ, and those that were decided by a rule which is not configured any more. */
  differ: Type.Number(),
  ruleChanged: Type.Number(),
  /** Registers of which values were erased, or that depend on such: they prove nothing. */
  erased: Type.Number(),
  /** Records of which the beginning was compacted away: they are proved from there. */
  compacted: Type.Number(),
  /** The first ones. */
  differences: Type.Array(
    Type.Object({
      entity: Type.String(),
      record: Type.String(),
      name: Type.String(),
      register: Type.String(),
      stored: standing,
      played: Type.Optional(standing),
      firstSeq: Type.Optional(Type.Number()),
      rule: Type.Optional(Type.String()),
      ruleChanged: Type.Optional(Type.String()),
    }),
  ),
});
export type ProofTold = Static<typeof proofShape>;

/** So many differences are told; all are counted. */
const DIFFERENCES_MAX = 1_000;

export async function tellProofs(proofs: AsyncIterable<ProvenRecord>, progress?: (records: number) => void): Promise<ProofTold> {
  const told: ProofTold = { records: 0, registers: 0, differ: 0, ruleChanged: 0, erased: 0, compacted: 0, differences: [] };
  for await (const { record, table, proof } of proofs) {
    told.records += 1;
    told.registers += proof.registers;
    told.erased += proof.erased.length;
    if (proof.compacted) told.compacted += 1;
    for (const difference of proof.differences) {
      if (difference.ruleChanged === undefined) told.differ += 1;
      else told.ruleChanged += 1;
      if (told.differences.length < DIFFERENCES_MAX) told.differences.push(tellDifference(table, record, difference));
    }
    progress?.(told.records);
  }
  return told;
}

function tellDifference(table: Table, record: RecordState, difference: Difference): ProofTold['differences'][number] {
  const { register, stored, played, firstSeq, told, ruleChanged } = difference;
  const fields = fieldsIn(table, register);
  const words = ({ value, held }: Pick<Standing, 'value' | 'held'>) => ({ values: valuesOf(fields, value), held });
  return {
    entity: record.entity,
    record: record.id,
    name: nameOf(table, record),
    register,
    stored: words(stored),
    ...(played === undefined ? {} : { played: words(played) }),
    ...(firstSeq === undefined ? {} : { firstSeq }),
    ...(told === undefined ? {} : { rule: told.rule }),
    ...(ruleChanged === undefined ? {} : { ruleChanged }),
  };
}

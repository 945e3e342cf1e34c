import { choicesOf, type ChangeRow, type ConflictRow, type Epoch, type ResolutionTold, type Table } from '@concord/core';
import { fieldsIn, instantOf, tellEdit, valuesOf } from './values.ts';

/** One version of a record: who changed what, what was merged, what lost, and why. */
export function tellChange(table: Table | undefined, change: ChangeRow) {
  return {
    version: change.seq,
    hash: change.hash,
    at: instantOf(change.stamp),
    ...(change.knownAtMs === undefined ? {} : { knownAt: instantOf({ ms: change.knownAtMs }) }),
    system: change.system,
    ...(change.by === undefined ? {} : { by: change.by }),
    ...(change.note === undefined ? {} : { note: change.note }),
    edits: change.edits.map((edit) => tellEdit(table, edit)),
    resolutions: change.resolutions.map((resolution) => tellResolution(table, resolution)),
    patch: change.patch,
    ...(change.erased === undefined ? {} : { erased: change.erased }),
    ...(change.epoch === undefined ? {} : { epoch: tellEpoch(change.epoch) }),
  };
}

/** What stood before the history begins, and by which hashes that can be proved. */
function tellEpoch({ changes, fromMs, toMs, heads }: Epoch) {
  return { compacted: changes, from: instantOf({ ms: fromMs }), to: instantOf({ ms: toMs }), ...(heads ? { heads } : {}) };
}

function tellResolution(table: Table | undefined, resolution: ResolutionTold) {
  const { register, code, kind, value, rule, reason, base, contributors, losers } = resolution;
  const fields = fieldsIn(table, register);
  return {
    fields,
    code,
    state: kind,
    rule,
    reason,
    ...(value === undefined ? {} : { values: valuesOf(fields, value) }),
    ...(base === undefined ? {} : { base: valuesOf(fields, base) }),
    sides: contributors.map((edit) => tellEdit(table, edit)),
    losers: losers.map((edit) => tellEdit(table, edit)),
  };
}

export function tellConflict(table: Table | undefined, conflict: ConflictRow) {
  const { id, record, entity, state, openedAtMs, closedAtMs, openedSeq, closedSeq, resolution, about } = conflict;
  return {
    id,
    record,
    entity,
    ...tellResolution(table, resolution),
    ...(about === undefined ? {} : { fields: conflict.fields, about, choices: choicesOf(about) }),
    state,
    openedAt: instantOf({ ms: openedAtMs }),
    openedInVersion: openedSeq,
    ...(closedAtMs === undefined ? {} : { closedAt: instantOf({ ms: closedAtMs }) }),
    ...(closedSeq === undefined ? {} : { closedInVersion: closedSeq }),
  };
}

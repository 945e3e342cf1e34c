import type { PutBack, PutBackRegister, PutBackReport, PutBackStatus, Table } from '@concord/core';
import { fieldsIn, instantOf, valuesOf } from './values.ts';

/** A map whose system was put back, for whoever chooses what becomes of it. */
export function tellPutBack(table: Table | undefined, { putBack, report }: PutBackStatus) {
  return { ...tellSince(putBack), ...(report ? { report: tellReport(table, report) } : {}) };
}

/** By what it was noticed, since when, and what a person chose. */
export function tellSince({ sinceMs, words, beforeMs, chosen }: PutBack) {
  const { atMs, ...choice } = chosen ?? {};
  return {
    since: instantOf({ ms: sinceMs }),
    words,
    ...(beforeMs === undefined ? {} : { before: instantOf({ ms: beforeMs }) }),
    ...(atMs === undefined ? {} : { chosen: { ...choice, at: instantOf({ ms: atMs }) } }),
  };
}

function tellReport(table: Table | undefined, { beforeMs, lost, edited, ...rest }: PutBackReport) {
  return {
    ...rest,
    ...(beforeMs === undefined ? {} : { before: instantOf({ ms: beforeMs }) }),
    lost: tellFields(table, lost),
    edited: tellFields(table, edited),
  };
}

/** What is told of a register is told of each of its fields. */
function tellFields(table: Table | undefined, registers: Readonly<Record<string, PutBackRegister>>) {
  return Object.entries(registers).map(([register, { count, examples }]) => {
    const fields = fieldsIn(table, register);
    return {
      fields,
      count,
      examples: examples.map(({ record, key, shows, stands }) => ({
        record,
        key,
        values: valuesOf(fields, shows),
        stands: valuesOf(fields, stands),
      })),
    };
  });
}

import { ConcordError, tellFault, type Fault } from '@concord/core';

/** CONFIG_WRONG, with every fault of a file: each in words, or with its line and what to write instead. */
export function configWrong(file: string, faults: readonly (Fault | string)[]): ConcordError {
  const lines = faults.map((fault) => `\n${typeof fault === 'string' ? fault : tellFault(fault)}`);
  return new ConcordError('CONFIG_WRONG', { file, count: faults.length, faults: lines.join('') });
}

import { ConcordError, tellFault, type Complaint, type Fault } from '@concord/core';

/** CONFIG_WRONG, with every fault of a file: each in words, with its path, or with its line and what to write instead. */
export function configWrong(file: string, faults: readonly (Fault | Complaint | string)[]): ConcordError {
  const lines = faults.map((fault) => `\n${wordsOf(fault)}`);
  return new ConcordError('CONFIG_WRONG', { file, count: faults.length, faults: lines.join('') });
}

function wordsOf(fault: Fault | Complaint | string): string {
  if (typeof fault === 'string') return fault;
  return 'line' in fault ? tellFault(fault) : `${fault.path.join('.')}: ${fault.text}`;
}

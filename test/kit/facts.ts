import { blankFacts, entityName, placeOf, type Facts, type RegisterFacts } from '@concord/core';

/** What the ledger tells of one register, where a test says nothing else. */
export function registerFacts(register: string, facts: Partial<RegisterFacts> = {}): RegisterFacts {
  return { ...blankFacts(entityName('customer'), register), ...facts };
}

export function factsOf(registers: readonly RegisterFacts[], facts: Partial<Facts> = {}): Facts {
  return {
    registers: new Map(registers.map((one) => [placeOf(one.entity, one.register), one])),
    together: new Map(),
    gaps: { add: () => undefined, lagMs: () => undefined },
    wholeSeconds: new Set(),
    failures: [],
    conflicts: [],
    firstMs: 0,
    lastMs: 0,
    records: 1,
    ...facts,
  };
}

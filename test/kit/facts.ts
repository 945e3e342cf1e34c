import { entityName, placeOf, type Facts, type RegisterFacts } from '@concord/core';

/** What the ledger tells of one register, where a test says nothing else. */
export function registerFacts(register: string, facts: Partial<RegisterFacts> = {}): RegisterFacts {
  return {
    entity: entityName('customer'),
    register,
    edits: 0,
    bySystem: new Map(),
    copies: new Map(),
    cleared: 0,
    charsMax: 0,
    placesMax: 0,
    rivals: 0,
    closeRivals: 0,
    decisions: 0,
    byRule: new Map(),
    lastByRule: new Map(),
    baseless: 0,
    held: 0,
    flaps: 0,
    pairs: new Map(),
    frontiers: [],
    examples: new Map(),
    ...facts,
  };
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

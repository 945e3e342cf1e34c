export * from './emulators/index.ts';
export { memoryLedger } from './ledgers/memory/ledger.ts';
export { readOnlyLedger, type ReadOnlyLedger } from './ledgers/sqlite/read-only.ts';
export { sqliteLedger, type SqliteLedgerOptions } from './ledgers/sqlite/ledger.ts';
export { openSystem, systems } from './registry.ts';
export { quickjsSandbox } from './sandbox/quickjs.ts';
export type { Opened, OptionFault, SystemContext, SystemFactory } from './shared/opening.ts';
export { memory, type MemoryOptions, type MemorySystem } from './systems/memory/memory.ts';

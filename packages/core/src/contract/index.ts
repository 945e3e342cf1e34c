export * from './ledger.ts';
export * from './system.ts';

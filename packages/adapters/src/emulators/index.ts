export { startDataverse } from './dataverse/start.ts';
export { startFinops } from './finops/start.ts';
export type { FinopsSettings } from './finops/settings.ts';
export type { DataverseSettings } from './dataverse/settings.ts';
export type { Emulator, EmulatorOptions } from './wire/emulator.ts';
export type { FaultAction, FaultBoard, FaultRule } from './wire/faults.ts';
export type { Hook, HookBoard, HookFaults } from './wire/hooks.ts';
export { parseSeed, type ColumnSchema, type SchemaChange, type Seed, type TableSchema } from './wire/schema.ts';
export type { PrincipalStats, Stats, WriteCounts } from './wire/stats.ts';

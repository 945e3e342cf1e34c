export { buildApp, type Rooms } from './app.ts';
export type { Door } from './access/gate.ts';
export type { Role } from './access/roles.ts';
export { startSidecar, type Sidecar } from './compose.ts';
export { clock, ids } from './surroundings.ts';

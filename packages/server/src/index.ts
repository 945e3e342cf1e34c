export { buildApp, type Rooms } from './app.ts';
export { startSidecar, type Sidecar } from './compose.ts';
export { clock, ids } from './surroundings.ts';

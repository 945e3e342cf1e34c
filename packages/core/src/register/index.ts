export * from './register.ts';
export * from './answer.ts';
export * from './open.ts';
export * from './log.ts';
export * from './close.ts';
export * from './shows.ts';
export * from './pack.ts';

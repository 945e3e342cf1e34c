export * from './register.ts';
export * from './answer.ts';
export * from './above.ts';
export * from './open.ts';
export * from './log.ts';
export * from './close.ts';
export { OPEN_MAX } from './overfull.ts';
export * from './shows.ts';

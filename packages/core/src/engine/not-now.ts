import type { SystemId } from '../ids.ts';

/** A read was needed that the system cannot answer now: the page is taken again later. */
export class NotNow extends Error {
  readonly system: SystemId;
  constructor(system: SystemId, why: string) {
    super(`${system} cannot be read now (${why})`);
    this.system = system;
  }
}

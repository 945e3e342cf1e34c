import { createServer } from 'node:net';

/** The wanted port when it is free on this machine, else 0: any that is. */
export function freePort(wanted: number, host: string): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(0));
    probe.listen({ port: wanted, host, exclusive: true }, () => probe.close(() => resolve(wanted)));
  });
}

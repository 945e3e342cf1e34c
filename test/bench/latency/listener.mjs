import { createServer } from 'node:http';
import { once } from 'node:events';

const COLUMNS = { ce: 'name', fno: 'mserp_organizationname' };

/**
 * Hears from both systems when a name was stored. The message itself tells when the system committed it, so that the time it takes
 * to arrive here does not count.
 */
export async function listen() {
  const stored = { ce: new Map(), fno: new Map() };
  const server = createServer((request, response) => {
    const pieces = [];
    request.on('data', (piece) => pieces.push(piece));
    request.on('end', () => {
      response.end();
      take(stored[request.url.slice(1)], COLUMNS[request.url.slice(1)], JSON.parse(Buffer.concat(pieces).toString()));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** When the other system stored the name; ms since 1970 UTC. */
    storedAt: (name, from) => stored[from === 'ce' ? 'fno' : 'ce'].get(name),
    many: (acknowledged) => [...acknowledged].filter(([name, { from }]) => stored[from === 'ce' ? 'fno' : 'ce'].has(name)).length,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function take(stored, column, message) {
  const target = message.InputParameters.find(({ key }) => key === 'Target');
  const name = target?.value.Attributes?.find(({ key }) => key === column)?.value;
  const atMs = Number(/\d+/.exec(message.OperationCreatedOn)?.[0]);
  if (name !== undefined && !stored.has(name)) stored.set(name, atMs);
}

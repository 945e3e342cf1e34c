import { createServer } from 'node:http';
import type { JsonObject } from '@concord/core';
import { objectOf } from './caller.ts';

/** One message that a hook delivered. */
export interface Heard {
  readonly path: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly json: JsonObject;
}

/** A receiver of hooks. `answers` are the statuses of the next messages; after them, 200. */
export async function listener(answers: number[] = []) {
  const heard: Heard[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const text = Buffer.concat(pieces).toString('utf8');
      heard.push({ path: request.url ?? '', headers: request.headers, text, json: objectOf(text) });
      response.writeHead(answers.shift() ?? 200).end();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    heard,
    close: async (): Promise<void> => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

import { messageOf } from '@concord/core';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Answer } from './answer.ts';

const BODY_BYTES_MAX = 64 * 1_024 * 1_024;

/** What came in, read to its end. */
export interface Received {
  readonly method: string;
  /** Raw, with the query. */
  readonly url: string;
  /** By lower-case name; repeated ones joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** `cut` resets the connection instead of answering. */
export type Reply = Answer | 'cut';

export interface WireServer {
  readonly port: number;
  /** Resets every open connection. */
  cutAll(): void;
  close(): Promise<void>;
}

/** Said of a request before its body is read: `cut` resets its connection, `spare` keeps it when all others are cut. */
type Early = (url: string) => 'serve' | 'spare' | 'cut';

/** Serves HTTP on the host and port (0: any that is free). */
export async function wireServer(
  at: { readonly host: string; readonly port: number },
  early: Early,
  handle: (received: Received) => Promise<Reply>,
): Promise<WireServer> {
  const sockets = new Set<Socket>();
  const spared = new Set<Socket>();
  const server = createServer((request, response) => {
    const said = early(request.url ?? '/');
    if (said === 'cut') {
      request.socket.resetAndDestroy();
      return;
    }
    if (said === 'spare') spared.add(request.socket);
    response.on('close', () => spared.delete(request.socket));
    serve(request, response, handle).catch((cause: unknown) => crash(response, cause));
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => sockets.delete(socket));
  });
  const cutAll = (): void => {
    for (const socket of sockets) if (!spared.has(socket)) socket.resetAndDestroy();
  };
  return {
    port: await listen(server, at),
    cutAll,
    close: async () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function listen(server: Server, at: { readonly host: string; readonly port: number }): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(at.port, at.host, resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : at.port;
}

async function serve(request: IncomingMessage, response: ServerResponse, handle: (received: Received) => Promise<Reply>): Promise<void> {
  const url = request.url ?? '/';
  const body = await bodyOf(request);
  if (body === undefined) return send(response, { status: 413, headers: { Connection: 'close' } });
  const reply = await handle({ method: request.method ?? 'GET', url, headers: headersOf(request), body });
  if (reply === 'cut') request.socket.resetAndDestroy();
  else send(response, reply);
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request) {
    const chunk: Buffer = Buffer.from(piece);
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) return undefined;
    pieces.push(chunk);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function headersOf(request: IncomingMessage): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(',') : value;
  return headers;
}

function send(response: ServerResponse, answer: Answer): void {
  const body = Buffer.from(answer.body ?? '', 'utf8');
  const length = answer.status === 204 || answer.status === 304 ? {} : { 'Content-Length': String(body.length) };
  response.writeHead(answer.status, { ...answer.headers, ...length });
  response.end(answer.status === 204 || answer.status === 304 ? undefined : body);
}

function crash(response: ServerResponse, cause: unknown): void {
  if (response.headersSent || response.destroyed) return;
  const words = (cause instanceof Error ? cause.stack : undefined) ?? messageOf(cause);
  send(response, { status: 500, headers: { 'Content-Type': 'text/plain' }, body: `The emulator has a defect: ${words}` });
}

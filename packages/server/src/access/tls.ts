import { readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { createSecureContext } from 'node:tls';
import { ConcordError, messageOf, type Config } from '@concord/core';
import type { FastifyServerFactory } from 'fastify';

const VERSION_MIN = 'TLSv1.2';

/** As Fastify has it for its own servers: longer than proxies keep an idle connection. */
const KEEP_ALIVE_MS = 72_000;

/** The files are looked at again after so long. */
export const LOOK_AGAIN_MS = 10_000;

type Files = NonNullable<Config['server']['tls']>;

export interface TlsOptions {
  readonly requestTimeout: number;
  readonly lookAgainMs: number;
  /** Hears why a renewed certificate is not served. */
  readonly complain: (words: string) => void;
}

/**
 * Makes a server that speaks TLS. A certificate that is renewed in its files is served to whoever connects from then on; one that is wrong is not,
 * and the old one stays. Throws TLS_WRONG when those of the start cannot be used.
 */
export function serverFactory(files: Files, { requestTimeout, ...watching }: TlsOptions): FastifyServerFactory {
  const seen = marksOf(files);
  const told = contextOf(files);
  return (handler) => {
    const server = createServer({ ...told, requestTimeout, keepAliveTimeout: KEEP_ALIVE_MS }, handler);
    follow(server, files, seen, watching);
    return server;
  };
}

function follow(server: Server, files: Files, from: string, { lookAgainMs, complain }: Omit<TlsOptions, 'requestTimeout'>): void {
  let seen = from;
  const look = (): void => {
    const now = marksOf(files);
    if (now === seen) return;
    seen = now;
    try {
      server.setSecureContext(contextOf(files));
    } catch (cause) {
      complain(`${messageOf(cause)} The certificate of before is served on.`);
    }
  };
  const timer = setInterval(look, lookAgainMs).unref();
  server.on('close', () => clearInterval(timer));
}

/** Whether two looks saw the same files. One that is not there has none. */
function marksOf({ cert, key }: Files): string {
  return [cert, key]
    .map((file) => statSync(file, { throwIfNoEntry: false }))
    .map((stat) => (stat ? `${stat.mtimeMs} ${stat.size} ${stat.ino}` : ''))
    .join(', ');
}

function contextOf({ cert, key }: Files) {
  const told = { cert: textOf(cert), key: textOf(key), minVersion: VERSION_MIN } as const;
  try {
    createSecureContext(told);
  } catch (cause) {
    // The words of OpenSSL quote nothing of a key.
    throw wrong(`${cert} and ${key}`, cause);
  }
  return told;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw wrong(file, cause);
  }
}

function wrong(file: string, cause: unknown): ConcordError {
  return new ConcordError('TLS_WRONG', { file, words: messageOf(cause) }, cause);
}

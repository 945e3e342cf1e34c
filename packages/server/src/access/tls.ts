import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { createSecureContext } from 'node:tls';
import { ConcordError, type Config } from '@concord/core';
import type { FastifyServerFactory } from 'fastify';

const VERSION_MIN = 'TLSv1.2';

/** As Fastify has it for its own servers: longer than proxies keep an idle connection. */
const KEEP_ALIVE_MS = 72_000;

/** Makes a server that speaks TLS. The files are read once, at the start. Throws TLS_WRONG. */
export function serverFactory(tls: NonNullable<Config['server']['tls']>, requestTimeout: number): FastifyServerFactory {
  const told = { cert: textOf(tls.cert), key: textOf(tls.key), minVersion: VERSION_MIN } as const;
  try {
    createSecureContext(told);
  } catch (cause) {
    // The words of OpenSSL quote nothing of a key.
    throw wrong(`${tls.cert} and ${tls.key}`, cause);
  }
  return (handler) => createServer({ ...told, requestTimeout, keepAliveTimeout: KEEP_ALIVE_MS }, handler);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw wrong(file, cause);
  }
}

function wrong(file: string, cause: unknown): ConcordError {
  return new ConcordError('TLS_WRONG', { file, words: cause instanceof Error ? cause.message : String(cause) }, cause);
}

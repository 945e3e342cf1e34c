import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { ConcordError, type ErrorCode } from '@concord/core';
import { HARDENED } from '../access/headers.ts';
import { problemOf } from '../problem.ts';

const CODES: Readonly<Record<string, ErrorCode>> = { HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE', ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_SLOW' };

/** What is no request yet, because it could not be read to its end, is refused as a problem like any other. */
export function answerClientError({ code = '' }: { readonly code?: string }, socket: Socket): void {
  if (code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const problem = problemOf(new ConcordError(CODES[code] ?? 'REQUEST_WRONG', { words: 'it is not HTTP' }));
  const body = JSON.stringify(problem);
  const headers = {
    ...HARDENED,
    'content-type': 'application/problem+json',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`, ...lines, '', body].join('\r\n'));
}

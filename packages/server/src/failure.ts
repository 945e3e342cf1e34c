import { ConcordError, messageOf, type ErrorCode } from '@concord/core';

/** What is told at a terminal of something that failed: what happened, and what to do. `command`: as it was typed, without its options. */
export function failureWords(thrown: unknown, command: string): string {
  const known = knownFailure(thrown);
  if (!known) return `Something broke inside Concord: ${sentenceOf(thrown)}.\n${BROKEN}`;
  return `${known.message}\n${remedyAtTerminal(known.code, known.remedy).replaceAll('{command}', command)}`;
}

const BROKEN = 'Nothing that was acknowledged is lost. Run it again with CONCORD_LOG=debug to see where it broke, and report that.';

/** A file that cannot be used is nobody's defect. */
function knownFailure(thrown: unknown): ConcordError | undefined {
  if (thrown instanceof ConcordError) return thrown;
  const { code, path, dest } = systemError(thrown) ?? {};
  const words = code === undefined ? undefined : FILE_WORDS[code];
  if (words === undefined) return undefined;
  return new ConcordError('FILE_UNUSABLE', { file: dest ?? path ?? 'a file', words }, thrown);
}

const FILE_WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'this user may not do that there',
  EPERM: 'this user may not do that there',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is no folder',
  EEXIST: 'there is one of that name already',
  ENOSPC: 'the disk is full',
  EROFS: 'the disk cannot be written',
  EFBIG: 'it would be too large',
  ENAMETOOLONG: 'its name is too long',
  ELOOP: 'its path leads in a circle',
  EMFILE: 'too many files are open',
};

/** Why nothing can be served at an address; `undefined`: something else went wrong. */
export function listenWords(thrown: unknown): string | undefined {
  return LISTEN_WORDS[systemError(thrown)?.code ?? ''];
}

const LISTEN_WORDS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process listens there',
  EADDRNOTAVAIL: 'this machine does not have that address',
  EACCES: 'this user may not listen there',
  ENOTFOUND: 'there is no such host',
};

/** Why nobody could be asked. */
export function networkWords(thrown: unknown): string {
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
  const code = systemError(cause)?.code ?? '';
  return NETWORK_WORDS[code] ?? (CERTIFICATE.test(code) ? `its certificate is not trusted here (${code})` : sentenceOf(cause));
}

const CERTIFICATE = /CERT|SIGNED|^ERR_TLS|^ERR_SSL/u;
const NETWORK_WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name of the host cannot be looked up',
  ECONNRESET: 'it closed the connection; does it speak https there, or http?',
  EPROTO: 'it does not speak https there',
  ETIMEDOUT: 'it does not answer in time',
  EHOSTUNREACH: 'there is no way to that host',
};

interface SystemError {
  readonly code: string;
  readonly path?: string;
  readonly dest?: string;
}

function systemError(thrown: unknown): SystemError | undefined {
  if (!(thrown instanceof Error) || !('code' in thrown) || typeof thrown.code !== 'string') return undefined;
  const path = 'path' in thrown && typeof thrown.path === 'string' ? { path: thrown.path } : {};
  const dest = 'dest' in thrown && typeof thrown.dest === 'string' ? { dest: thrown.dest } : {};
  return { code: thrown.code, ...path, ...dest };
}

function sentenceOf(thrown: unknown): string {
  return messageOf(thrown).replace(/\.$/u, '');
}

/** The remedy of an error in the words of commands: who sits at a terminal is not told of routes and headers. */
export function remedyAtTerminal(code: string, remedy: string): string {
  return isCode(code) ? (AT_A_TERMINAL[code] ?? remedy) : remedy;
}

function isCode(code: string): code is ErrorCode {
  return Object.hasOwn(AT_A_TERMINAL, code);
}

const AT_A_TERMINAL: Readonly<Partial<Record<ErrorCode, string>>> = {
  ASK_WRONG: '`{command} --help` says what it takes.',
  REQUEST_WRONG: '`{command} --help` says what it takes.',
  QUERY_UNKNOWN: 'Is it a sidecar of the same version that runs there?',
  ROUTE_UNKNOWN: 'Is it a sidecar of the same version that runs there?',
  RECORD_UNKNOWN: '`concord records find` tells the ids of records.',
  RECORD_REFUSED: 'Settle what is named first.',
  RECORD_MOVED: 'Look at it again, then decide.',
  CONFLICT_UNKNOWN: '`concord conflicts list` tells the ids of those that wait.',
  CONFLICT_CLOSED: '`concord conflicts show` tells how it ended.',
  CONFLICT_MOVED: '`concord conflicts show` tells how it is now.',
  DELIVERY_GONE: '`concord parked list` tells what is parked.',
  ROW_GONE: '`concord parked list` tells which rows are set aside.',
  MAP_UNKNOWN: '`concord map list` tells which maps there are.',
  MAP_OFF: '`concord map start` has it go on: everything is listed anew then, and what differs is taken.',
  PUT_BACK_IDLE: '`concord map list` tells how each map is; `concord put-back declare` says that a system was put back.',
  PUT_BACK_READING: '`concord put-back show` tells how far it is; look at it, then choose.',
  GUARD_IDLE: '`concord map list` tells which maps wait for a decision.',
  SPEAKER_WRONG: 'Give --by with the name that the key was made for; only an admin speaks for others.',
  SCOPE_TOO_NARROW: 'Ask for one of these, or use a key for all entities.',
};

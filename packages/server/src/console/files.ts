import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file of the console, as it is sent. */
export interface ConsoleFile {
  readonly type: string;
  readonly plain: Buffer;
  /** By the name of the encoding. */
  readonly packed: Readonly<Record<string, Buffer>>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
/** The name that a file has when it is packed, by encoding; the better first. */
const ENDINGS = { br: '.br', gzip: '.gz' } as const;

/** From the sources as from what was built of them. */
const FOLDER = fileURLToPath(new URL('../../dist/pages', import.meta.url));

/** The files that were built, by their path; none, where nothing was built. They are a few, and small: they stay in memory. */
export function consoleFiles(): ReadonlyMap<string, ConsoleFile> {
  if (!existsSync(FOLDER)) return new Map();
  const names = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).map((name) => name.replaceAll('\\', '/'));
  return new Map(
    names.flatMap((name) => {
      const type = TYPES[extname(name)];
      return type === undefined ? [] : [[name, { type, plain: readFileSync(join(FOLDER, name)), packed: packedIn(name) }] as const];
    }),
  );
}

function packedIn(name: string): ConsoleFile['packed'] {
  const found = Object.entries(ENDINGS).flatMap(([encoding, ending]) => {
    const file = join(FOLDER, `${name}${ending}`);
    return existsSync(file) ? [[encoding, readFileSync(file)] as const] : [];
  });
  return Object.fromEntries(found);
}

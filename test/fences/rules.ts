import { posix } from 'node:path';
import { codeOf, importsOf, type SourceFile } from './sources.ts';

/**
 * The rooms of the core, from left to right: each imports only rooms to its left, and itself. ARCHITECTURE.md shows the same order.
 */
export const ROOMS = [
  'ids',
  'values',
  'errors',
  'clock',
  'register',
  'record',
  'expression',
  'policy',
  'ports',
  'map',
  'config',
  'audit',
  'merge',
  'lab',
  'contract',
  'engine',
] as const;

/** Files that stand further left than their folder, because they import nothing to the right of that place. */
const LENT: Readonly<Record<string, (typeof ROOMS)[number]>> = {
  // The kinds of values there are: everybody speaks of them. It is kept where a reader of table maps looks for it.
  'map/type.ts': 'values',
  // Which word was probably meant: it is about words alone, and whoever reads what people wrote asks it.
  'config/near.ts': 'values',
  // What is asked of whoever runs foreign code: policies are made of it. It is kept with the other ports.
  'ports/sandbox.ts': 'values',
  // Whether a value is written as documents hold it: whoever takes a value from foreign code asks, and it knows no map.
  'map/canonical.ts': 'policy',
  // Holds a whole document against its row under a table map: it is about records, but stands on maps.
  'record/verify.ts': 'merge',
  'record/versions.ts': 'merge',
};

/** What the published packages of the core may import: none of Node's own, so that it runs anywhere. */
export interface Declared {
  readonly core: readonly string[];
}

const CORE = 'packages/core/src/';
const ADAPTERS = 'packages/adapters/src/';
const SERVER = 'packages/server/src/';

type Rule = (file: SourceFile, declared: Declared) => readonly string[];

/** Every import that is not allowed where it stands, in words. */
export function breaches(files: readonly SourceFile[], declared: Declared): readonly string[] {
  return files
    .filter(({ path }) => path.endsWith('.ts'))
    .flatMap((file) => [coreRooms, coreAlone, adaptersApart, serverParts].flatMap((rule) => rule(file, declared)));
}

const coreRooms: Rule = ({ path, text }) => {
  if (!path.startsWith(CORE) || path === `${CORE}index.ts`) return [];
  const own = place(path);
  return targets({ path, text })
    .filter((target) => place(target) > own)
    .map((target) => `${path} imports ${target}, a room to its right`);
};

function place(path: string): number {
  const inside = path.slice(CORE.length);
  const room = LENT[inside] ?? ROOMS.find((name) => inside === `${name}.ts` || inside.startsWith(`${name}/`));
  // A file that is in no room at all is right of everything: nobody may import it.
  return room === undefined ? ROOMS.length : ROOMS.indexOf(room);
}

const coreAlone: Rule = ({ path, text }, { core }) => {
  if (!path.startsWith(CORE)) return [];
  return packagesIn(text)
    .filter((name) => !core.includes(name))
    .map((name) => `${path} imports ${name}, which the core does not declare or may not use`);
};

const adaptersApart: Rule = ({ path, text }) => {
  if (!path.startsWith(ADAPTERS)) return [];
  const ours = packagesIn(text).filter((name) => name.startsWith('@concord/') && name !== '@concord/core');
  return [...ours, ...targets({ path, text }).filter((target) => !isNeighbour(path, target))].map((target) => `${path} imports ${target}`);
};

/** Adapters know nothing of each other; emulators are written against the wire alone, so that they cannot share an adapter's mistakes. */
function isNeighbour(path: string, target: string): boolean {
  const [room = '', name = ''] = path.slice(ADAPTERS.length).split('/');
  const [toRoom = '', toName = ''] = target.slice(ADAPTERS.length).split('/');
  if (room === 'systems') return toRoom === 'shared' || (toRoom === 'systems' && toName === name);
  if (room === 'ledgers') return toRoom === 'shared' || (toRoom === 'ledgers' && (toName === name || toName.endsWith('.ts')));
  if (room === 'emulators') return toRoom === 'emulators' && (toName === name || toName === 'wire' || name === 'index.ts');
  return room !== 'shared' || toRoom === 'shared';
}

const serverParts: Rule = ({ path, text }) => {
  const inside = path.slice(SERVER.length);
  const knowsAll = ['compose.ts', 'beside/thread.ts'].includes(inside) || inside.startsWith('cli/') || inside.startsWith('demo/');
  if (!path.startsWith(SERVER) || knowsAll) return [];
  return packagesIn(text).includes('@concord/adapters')
    ? [`${path} imports @concord/adapters, which only compose.ts, beside/thread.ts, cli and demo may`]
    : [];
};

/** The files of the same package that a file imports. */
function targets({ path, text }: SourceFile): readonly string[] {
  return importsOf(text)
    .filter((name) => name.startsWith('.'))
    .map((name) => posix.join(posix.dirname(path), name));
}

/** The packages that a file imports, without the path inside them. */
function packagesIn(text: string): readonly string[] {
  const names = importsOf(text).filter((name) => !name.startsWith('.'));
  return [
    ...new Set(
      names.map((name) =>
        name
          .split('/')
          .slice(0, name.startsWith('@') ? 2 : 1)
          .join('/'),
      ),
    ),
  ];
}

/** Where a text becomes a name of ours: the one place for assertions. */
const ASSERTING = new Set([`${CORE}ids.ts`]);

/** Assertions of a type: `as` for anything but `const`, and `!` behind a value. */
export function assertions({ path, text }: SourceFile): readonly string[] {
  if (ASSERTING.has(path)) return [];
  const code = codeOf(text).replace(/\b(?:import|export)\b[^;=(]*?\bfrom\b/gu, '');
  const found = [...code.matchAll(/\bas\s+(?!const\b)[\w{(['"]+|[\w)\]]!(?=[.;,)\]\s])(?!\s*=)/gu)];
  return found.map(([words]) => `${path} asserts a type: "${words}"`);
}

const LINES_MAX = 400;

export function tooLong({ path, text }: SourceFile): readonly string[] {
  const lines = text.split('\n').length - 1;
  return lines > LINES_MAX ? [`${path} has ${lines} lines, more than ${LINES_MAX}`] : [];
}

/** Folders that only one machine has: a path that begins in one of them was written down by mistake. */
const MACHINE = /(?<![\w.~-])\/(?:work|root|tmp|home|Users|private|mnt)\/[\w.-]/gu;

export function machinePaths({ path, text }: SourceFile): readonly string[] {
  return [...text.matchAll(MACHINE)].map(
    (found) => `${path}:${text.slice(0, found.index).split('\n').length} names a place of one machine: ${found[0]}…`,
  );
}

import { chmodSync, existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { ConcordError, messageOf } from '@concord/core';
import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import { newKey, type Key } from './keys.ts';
import { ROLES, type Caller } from './roles.ts';

const keyShape = Type.Object({
  id: Type.String(),
  name: Type.String(),
  role: Type.Union(ROLES.map((role) => Type.Literal(role))),
  entities: Type.Optional(Type.Array(Type.String())),
  seesSensitive: Type.Optional(Type.Boolean()),
  hash: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  createdAt: Type.String(),
  revokedAt: Type.Optional(Type.String()),
});
const ringShape = Type.Object({ keys: Type.Array(keyShape) });

/** The file belongs to whoever runs the sidecar, and to nobody else. */
const OWNER_ONLY = 0o600;
/** The file is looked at again after so long: a key that was revoked is worth nothing from then on. */
const LOOK_AGAIN_MS = 1000;

/** The keys in a file; none where there is no file yet. Throws KEYS_WRONG when it is something else. */
export function readKeyring(file: string): readonly Key[] {
  if (!existsSync(file)) return [];
  const ring = parsed(readFileSync(file, 'utf8'));
  if (!ring) throw new ConcordError('KEYS_WRONG', { file });
  return ring.keys;
}

function parsed(text: string): Static<typeof ringShape> | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return Value.Check(ringShape, json) ? json : undefined;
  } catch {
    return undefined;
  }
}

/** Makes a key, keeps what it is worth, and answers its text. */
export function addKey(file: string, caller: Omit<Caller, 'id'>, nowMs: number): { readonly key: Key; readonly text: string } {
  const made = newKey(caller, nowMs);
  write(file, [...readKeyring(file), made.key]);
  return made;
}

/** Throws KEY_UNKNOWN. A key that was revoked stays in the list, so that what it did can be told. */
export function revokeKey(file: string, id: string, nowMs: number): Key {
  const keys = readKeyring(file);
  const key = keys.find((one) => one.id === id);
  if (!key) throw new ConcordError('KEY_UNKNOWN', { id, file });
  const revoked = { ...key, revokedAt: key.revokedAt ?? new Date(nowMs).toISOString() };
  write(
    file,
    keys.map((one) => (one === key ? revoked : one)),
  );
  return revoked;
}

/** In one step: a reader sees the keys as they were, or as they are. */
function write(file: string, keys: readonly Key[]): void {
  const draft = `${file}.new`;
  writeFileSync(draft, `${JSON.stringify({ keys }, undefined, 2)}\n`, { mode: OWNER_ONLY });
  chmodSync(draft, OWNER_ONLY);
  renameSync(draft, file);
}

/** The keys of a file, as they are now. */
export interface Keyring {
  keys(): ReadonlyMap<string, Key>;
}

/** Looks at the file again now and then. A file that cannot be read any more opens nothing. */
export function openKeyring(file: string, now: () => number, complain: (words: string) => void): Keyring {
  let keys: ReadonlyMap<string, Key> = new Map();
  let [seen, lookAtMs] = ['', 0];

  function look(): void {
    const stat = statSync(file, { throwIfNoEntry: false });
    const mark = stat ? `${stat.mtimeMs} ${stat.size} ${stat.ino}` : '';
    if (mark === seen) return;
    seen = mark;
    try {
      keys = new Map(readKeyring(file).map((key) => [key.id, key]));
    } catch (error) {
      keys = new Map();
      complain(messageOf(error));
    }
  }

  return {
    keys() {
      if (now() >= lookAtMs) {
        lookAtMs = now() + LOOK_AGAIN_MS;
        look();
      }
      return keys;
    },
  };
}

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Caller } from './roles.ts';

/** An API key as it is kept: what it is worth, and the SHA-256 of its secret. The secret itself is kept nowhere. */
export interface Key extends Caller {
  /** Hex. */
  readonly hash: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly revokedAt?: string | undefined;
}

const PREFIX = 'concord';
const ID_BYTES = 6;
/** So many random bytes cannot be guessed, so that a plain hash keeps them safe: nobody has a list to try. */
const SECRET_BYTES = 32;
const FORM = /^concord_([0-9a-f]{12})_([\w-]{43})$/u;

/** A new key, and the text of it: the only time that anybody sees it. */
export function newKey(caller: Omit<Caller, 'id'>, nowMs: number): { readonly key: Key; readonly text: string } {
  const id = randomBytes(ID_BYTES).toString('hex');
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  const { name, role, entities, seesSensitive } = caller;
  const right = seesSensitive ? { seesSensitive } : {};
  const key = {
    id,
    name,
    role,
    ...(entities ? { entities } : {}),
    ...right,
    hash: hashOf(secret),
    createdAt: new Date(nowMs).toISOString(),
  };
  return { key, text: `${PREFIX}_${id}_${secret}` };
}

/** The key that a text is the secret of. `undefined`: of none, or of one that was revoked. Takes as long for any wrong secret. */
export function keyBehind(keys: ReadonlyMap<string, Key>, text: string): Key | undefined {
  const [, id = '', secret = ''] = FORM.exec(text) ?? [];
  const key = keys.get(id);
  const isSame = isEqual(hashOf(secret), key?.hash ?? NOBODYS);
  return key && isSame && key.revokedAt === undefined ? key : undefined;
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

const NOBODYS = hashOf(randomBytes(SECRET_BYTES).toString('hex'));

/** Whether two texts are the same, in a time that does not tell where they differ. */
export function isEqual(a: string, b: string): boolean {
  const [one, other] = [a, b].map((text) => createHash('sha256').update(text).digest());
  return one !== undefined && other !== undefined && timingSafeEqual(one, other);
}

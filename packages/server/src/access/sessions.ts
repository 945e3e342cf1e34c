import { createHash, randomBytes } from 'node:crypto';
import type { Keyring } from './keyring.ts';
import type { Caller } from './roles.ts';

const HOUR_MS = 3_600_000;
/** Nobody is signed in for longer, and nobody who has not been heard of for so long: a day's work, and a lunch. */
const SESSION_MS_MAX = 24 * HOUR_MS;
const IDLE_MS_MAX = 8 * HOUR_MS;
/** A link that was printed signs in for so long. */
const LINK_MS_MAX = HOUR_MS;
/** So many are signed in at a time; whoever was not heard of for longest makes room for a new one. */
const SESSIONS_MAX = 1_000;
const LINKS_MAX = 100;
const SECRET_BYTES = 32;

/** Somebody who signed in, in a browser. */
export interface Session {
  readonly caller: Caller;
  /** Comes with whatever the browser is to change: a page of another origin cannot know it. */
  readonly csrf: string;
  readonly endsAtMs: number;
}

/** Those who are signed in. They are in memory alone: a start of Concord ends every session. */
export interface Sessions {
  /** Answers the token that the browser brings from now on. `byKey`: the session is worth what the key is, and ends with it. */
  open(caller: Caller, byKey: boolean): { readonly token: string; readonly session: Session };
  /** `undefined`: there is none, or none any more. */
  find(token: string): Session | undefined;
  close(token: string): void;
  /** A secret that signs this caller in, once. */
  link(caller: Caller): string;
  /** `undefined`: it was used, is too old, or never was. */
  redeem(secret: string): Caller | undefined;
}

interface Kept {
  readonly caller: Caller;
  readonly byKey: boolean;
  readonly csrf: string;
  readonly endsAtMs: number;
  seenMs: number;
}

export function openSessions(keyring: Keyring, now: () => number): Sessions {
  // By the hash of their token: what is looked up takes no time that tells of a token.
  const sessions = new Map<string, Kept>();
  const links = new Map<string, { readonly caller: Caller; readonly endsAtMs: number }>();

  /** What somebody may do who came by a key is what the key is worth now. */
  function callerNow({ caller, byKey, endsAtMs }: Kept): Caller | undefined {
    if (!byKey) return { ...caller, untilMs: Math.min(endsAtMs, caller.untilMs ?? endsAtMs) };
    const key = keyring.keys().get(caller.id);
    return key && key.revokedAt === undefined ? key : undefined;
  }

  return {
    open(caller, byKey) {
      const token = newSecret();
      const endsAtMs = Math.min(now() + SESSION_MS_MAX, caller.untilMs ?? Number.POSITIVE_INFINITY);
      const kept = { caller, byKey, csrf: newSecret(), endsAtMs, seenMs: now() };
      makeRoom(sessions, SESSIONS_MAX);
      sessions.set(hashOf(token), kept);
      return { token, session: { caller, csrf: kept.csrf, endsAtMs } };
    },
    find(token) {
      const hash = hashOf(token);
      const kept = sessions.get(hash);
      if (!kept) return undefined;
      sessions.delete(hash);
      const isOver = now() >= kept.endsAtMs || now() - kept.seenMs >= IDLE_MS_MAX;
      const caller = isOver ? undefined : callerNow(kept);
      if (!caller) return undefined;
      kept.seenMs = now();
      // Behind all others: the first is always the one that was not heard of for longest.
      sessions.set(hash, kept);
      return { caller, csrf: kept.csrf, endsAtMs: kept.endsAtMs };
    },
    close: (token) => void sessions.delete(hashOf(token)),
    link(caller) {
      const secret = newSecret();
      makeRoom(links, LINKS_MAX);
      links.set(hashOf(secret), { caller, endsAtMs: now() + LINK_MS_MAX });
      return secret;
    },
    redeem(secret) {
      const hash = hashOf(secret);
      const found = links.get(hash);
      links.delete(hash);
      return found && now() < found.endsAtMs ? found.caller : undefined;
    },
  };
}

/** Takes the oldest out of a map that is full. */
export function makeRoom(kept: Map<string, unknown>, max: number): void {
  for (const first of kept.keys()) {
    if (kept.size < max) return;
    kept.delete(first);
  }
}

/** What nobody can guess, as a cookie or an address bears it. */
export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

import { keyBytes, SECRET_PREFIX, signatureOf } from '../standard-webhooks.ts';
import { isEqual } from './keys.ts';

/** A hook as Standard Webhooks signs it: https://www.standardwebhooks.com */
export interface Signed {
  readonly id: string;
  /** Seconds since 1970 UTC, as it was sent. */
  readonly timestamp: string;
  /** `v1,<base64>`, several with a blank between while a secret is changed. */
  readonly signatures: string;
  readonly body: Buffer;
}

const WINDOW_MS = 5 * 60_000;
const ID_CHARS_MAX = 256;
const SIGNATURES_MAX = 10;
/** One that is forgotten for others could be sent again, and would only have something read again. */
const IDS_MAX = 100_000;

/** Whether the signature is one of the secret, over this very body, and from these minutes. */
export function isSigned({ id, timestamp, signatures, body }: Signed, secret: string, nowMs: number): boolean {
  const sentMs = /^\d{1,12}$/u.test(timestamp) ? Number(timestamp) * 1000 : Number.NaN;
  if (id === '' || id.length > ID_CHARS_MAX || !(Math.abs(nowMs - sentMs) <= WINDOW_MS)) return false;
  const wanted = signatureOf(secret.startsWith(SECRET_PREFIX) ? keyBytes(secret) : Buffer.from(secret), id, timestamp, body);
  // All are compared: how long it takes tells nothing of which was right.
  return (
    signatures
      .split(' ')
      .slice(0, SIGNATURES_MAX)
      .filter((one) => isEqual(one, wanted)).length > 0
  );
}

/** Remembers the hooks that were taken for as long as they could be sent again. */
export function openReplays(nowMs: () => number) {
  const taken = new Map<string, number>();
  return {
    /** Whether the hook is new. One that comes again is known from then on. */
    take(system: string, id: string): boolean {
      const now = nowMs();
      for (const [name, untilMs] of taken) {
        if (untilMs > now && taken.size < IDS_MAX) break;
        taken.delete(name);
      }
      const name = `${system} ${id}`;
      if (taken.has(name)) return false;
      // A timestamp may lie ahead by as much as it may lie back.
      taken.set(name, now + 2 * WINDOW_MS);
      return true;
    },
  };
}

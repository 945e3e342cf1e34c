import { createHmac } from 'node:crypto';

/** Begins a secret as Standard Webhooks writes it; the rest is the key as base64: https://www.standardwebhooks.com */
export const SECRET_PREFIX = 'whsec_';

/** The bytes behind the prefix. */
export function keyBytes(secret: string): Buffer {
  return Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64');
}

/** `v1,<base64>`, as the header `webhook-signature` bears it. `timestamp`: seconds since 1970 UTC, as they are sent. */
export function signatureOf(key: Buffer, id: string, timestamp: string, body: string | Buffer): string {
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')}`;
}

import { keyBytes, SECRET_PREFIX, signatureOf } from '../standard-webhooks.ts';

const BYTES_MIN = 24;
const BYTES_MAX = 64;
const MS_A_SECOND = 1000;

/** The key in a secret as Standard Webhooks writes it; `undefined` when it is none. */
export function keyOf(secret: string): Buffer | undefined {
  if (!secret.startsWith(SECRET_PREFIX)) return undefined;
  const key = keyBytes(secret);
  const isWhole = key.toString('base64').replace(/=+$/u, '') === secret.slice(SECRET_PREFIX.length).replace(/=+$/u, '');
  return isWhole && key.length >= BYTES_MIN && key.length <= BYTES_MAX ? key : undefined;
}

/** The headers of Standard Webhooks: by them a receiver knows who sent it, that it is whole, and not an old one sent again. */
export function signed(key: Buffer, id: string, nowMs: number, body: string): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(nowMs / MS_A_SECOND));
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatureOf(key, id, timestamp, body) };
}

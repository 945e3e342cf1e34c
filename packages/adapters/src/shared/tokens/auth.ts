import { z } from 'zod';
import { entraTokens } from './entra.ts';
import { plainTokens } from './plain.ts';
import { secret } from './secret.ts';
import type { TokenSource } from './token.ts';

const hidden = z.string().min(1).transform(secret);

/** How a system's configuration says whom we sign in as: at a plain token endpoint, or in a tenant of Microsoft Entra ID. */
export const authOptions = z.union(
  [
    z.strictObject({ token: z.url({ protocol: /^https?$/ }), client: z.string().min(1), secret: hidden, scope: z.string().optional() }),
    z.strictObject({ tenant: z.string().min(1), client: z.string().min(1), secret: hidden, scope: z.string().optional() }),
  ],
  {
    error:
      'auth must be { token, client, secret, scope? } for a plain token endpoint, or { tenant, client, secret, scope? } for Microsoft Entra ID',
  },
);

export type AuthOptions = z.output<typeof authOptions>;

/** `url` is the system's own, from which the usual scope is made when none is given. */
export function tokensFor(auth: AuthOptions, url: string, now: () => number): TokenSource {
  if ('token' in auth) return plainTokens(auth, now);
  return entraTokens({ ...auth, scope: auth.scope ?? `${new URL(url).origin}/.default` }, now);
}

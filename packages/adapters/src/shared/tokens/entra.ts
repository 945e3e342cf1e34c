import type { Trouble } from '@concord/core';
import type { Secret } from './secret.ts';
import { cachedTokens } from './token.ts';
import type { Grant, TokenSource } from './token.ts';

export interface EntraCredentials {
  readonly tenant: string;
  readonly client: string;
  readonly secret: Secret;
  /** For example `https://org.crm.dynamics.com/.default`. */
  readonly scope: string;
}

const AUTHORITY = 'https://login.microsoftonline.com';

/** Client credentials at Microsoft Entra ID, by Microsoft's own library, which is loaded with the first token. */
export function entraTokens(credentials: EntraCredentials, now: () => number): TokenSource {
  const fetch = async (): Promise<Grant | Trouble> => {
    const { ConfidentialClientApplication } = await import('@azure/msal-node');
    try {
      const app = new ConfidentialClientApplication({
        auth: { clientId: credentials.client, clientSecret: credentials.secret.reveal(), authority: `${AUTHORITY}/${credentials.tenant}` },
      });
      const answer = await app.acquireTokenByClientCredential({ scopes: [credentials.scope], skipCache: true });
      return answer ? { kind: 'grant', value: answer.accessToken, endsAtMs: answer.expiresOn?.getTime() ?? now() } : denied('no_answer');
    } catch (cause) {
      return troubleIn(cause);
    }
  };
  return { ...cachedTokens(fetch, now), close: () => Promise.resolve() };
}

// The library's own messages quote requests, so only its codes are passed on.
function troubleIn(cause: unknown): Trouble {
  const code = typeof cause === 'object' && cause !== null && 'errorCode' in cause ? String(cause.errorCode) : 'unknown_error';
  if (/network|timeout|endpoints_resolution/.test(code))
    return { kind: 'unreachable', words: `Microsoft Entra ID cannot be reached (${code})` };
  return denied(/^[\w.-]{1,60}$/.test(code) ? code : 'unknown_error');
}

function denied(code: string): Trouble {
  return { kind: 'denied', words: `Microsoft Entra ID gave no token (${code}); check tenant, client, secret and scope` };
}

import { jsonAnswer } from './answer.ts';
import type { Answer } from './answer.ts';
import { guidOf } from './guid.ts';
import type { Principal } from './operation.ts';

const TOKEN_SECONDS = 3_599;
const TOKENS_MAX = 10_000;
const ROUTE = /^(?:\/[^/]+)?\/oauth2\/v2\.0\/token$/i;

export const CLIENTS_DEFAULT: Readonly<Record<string, string>> = {
  concord: 'concord-secret',
  anna: 'anna-secret',
  ben: 'ben-secret',
};

/** The identity platform, as far as a client with a secret sees it. */
export interface Tokens {
  serves(path: string): boolean;
  /** Answers the form of the OAuth 2.0 client credentials grant. */
  grant(form: string): Answer;
  /** Whose token an `Authorization` header carries, if anybody's. */
  holder(authorization: string | undefined): Principal | undefined;
  /** From now on no token that was issued is good: clients must ask for another. */
  revoke(): void;
}

export function tokens(clients: Readonly<Record<string, string>>, now: () => number): Tokens {
  const issued = new Map<string, { readonly principal: Principal; readonly untilMs: number }>();
  let numbered = 0;

  const issue = (client: string): string => {
    // Tokens expire in the order in which they were issued, so the first is the one to forget.
    if (issued.size >= TOKENS_MAX) for (const oldest of [...issued.keys()].slice(0, 1)) issued.delete(oldest);
    const token = `token-${(numbered += 1)}-${guidOf(`${client}/${numbered}`)}`;
    issued.set(token, { principal: principalOf(client), untilMs: now() + TOKEN_SECONDS * 1_000 });
    return token;
  };

  return {
    serves: (path) => ROUTE.test(path),
    grant(form) {
      const fields = new URLSearchParams(form);
      if (fields.get('grant_type') !== 'client_credentials') return denied('unsupported_grant_type', 'Send grant_type=client_credentials.');
      const client = fields.get('client_id') ?? '';
      const secret = Object.hasOwn(clients, client) ? clients[client] : undefined;
      if (secret === undefined || secret !== fields.get('client_secret'))
        return denied('invalid_client', 'Unknown client id or wrong secret.');
      return jsonAnswer(200, {
        token_type: 'Bearer',
        expires_in: TOKEN_SECONDS,
        ext_expires_in: TOKEN_SECONDS,
        access_token: issue(client),
      });
    },
    holder(authorization) {
      const token = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
      const found = token === undefined ? undefined : issued.get(token);
      return found !== undefined && found.untilMs > now() ? found.principal : undefined;
    },
    revoke: () => issued.clear(),
  };
}

export const principalOf = (client: string): Principal => ({ client, user: guidOf(`user/${client}`) });

function denied(error: string, description: string): Answer {
  return jsonAnswer(error === 'invalid_client' ? 401 : 400, { error, error_description: description });
}

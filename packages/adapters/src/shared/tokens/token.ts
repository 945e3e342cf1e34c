import type { Trouble } from '@concord/core';

export type TokenAnswer = { readonly kind: 'token'; readonly value: string } | Trouble;

/** Where a client gets the token that it shows with each request. */
export interface TokenSource {
  /** The current token; `rejected` is one that the service did not accept: another one is fetched unless that was done already. */
  token(rejected?: string): Promise<TokenAnswer>;
  /** Lets go of every connection. */
  close(): Promise<void>;
}

/** A token and its end, in ms since 1970 UTC. */
export interface Grant {
  readonly kind: 'grant';
  readonly value: string;
  readonly endsAtMs: number;
}

/** Taken off a token's life, so that it does not run out on the way. */
export const TOKEN_MARGIN_MS = 60_000;

/** Keeps a grant until shortly before its end. However many ask at once, one fetch is under way. */
export function cachedTokens(fetch: () => Promise<Grant | Trouble>, now: () => number): Pick<TokenSource, 'token'> {
  let grant: Grant | undefined;
  let flight: Promise<TokenAnswer> | undefined;
  const refresh = async (): Promise<TokenAnswer> => {
    try {
      const answer = await fetch();
      if (answer.kind !== 'grant') return answer;
      grant = answer;
      return { kind: 'token', value: answer.value };
    } finally {
      flight = undefined;
    }
  };
  return {
    token: (rejected) => {
      const held = grant;
      if (held && held.value !== rejected && now() < held.endsAtMs - TOKEN_MARGIN_MS)
        return Promise.resolve({ kind: 'token', value: held.value });
      flight ??= refresh();
      return flight;
    },
  };
}

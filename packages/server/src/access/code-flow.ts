import { ConcordError, messageOf, type OidcConfig } from '@concord/core';
import * as oidc from 'openid-client';
import type { Issuer } from './oidc.ts';
import { FLOW_SECONDS } from './cookies.ts';
import type { Caller } from './roles.ts';
import { makeRoom, newSecret } from './sessions.ts';

/** So many are under way at a time; the oldest makes room. */
const FLOWS_MAX = 1_000;
const MS_A_SECOND = 1_000;

/** Somebody who was sent to the provider. */
interface Flow {
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
  /** Where they were. */
  readonly to: string;
  readonly redirect: string;
  readonly endsAtMs: number;
}

/** Signing in with an identity provider: the authorization code flow with PKCE (RFC 7636), a state and a nonce. */
export interface CodeFlow {
  /** Where to send the browser, and by what it is known when it comes back. Throws ISSUER_UNREACHABLE. */
  begin(redirect: string, to: string): Promise<{ readonly address: string; readonly id: string }>;
  /** Who came back. Throws SIGN_IN_FAILED, ISSUER_UNREACHABLE. */
  end(id: string | undefined, cameTo: string): Promise<{ readonly caller: Caller; readonly to: string }>;
}

type Console = NonNullable<OidcConfig['console']>;

export function openCodeFlow({ issuer }: OidcConfig, { client, secret, scope }: Console, people: Issuer, now: () => number): CodeFlow {
  const flows = new Map<string, Flow>();
  let known: Promise<oidc.Configuration> | undefined;

  /** Asked for when the first comes: a provider that is down must not keep a sidecar from starting. */
  async function provider(): Promise<oidc.Configuration> {
    // Over plain HTTP on this machine alone: the configuration lets no other address be so.
    const options = issuer.startsWith('http://') ? { execute: [oidc.allowInsecureRequests] } : {};
    known ??= oidc.discovery(new URL(issuer), client, secret, secret === undefined ? oidc.None() : undefined, options);
    try {
      return await known;
    } catch (cause) {
      known = undefined;
      throw new ConcordError('ISSUER_UNREACHABLE', { issuer, words: withCause(cause) }, cause);
    }
  }

  function taken(id: string | undefined): Flow {
    const flow = id === undefined ? undefined : flows.get(id);
    if (id !== undefined) flows.delete(id);
    if (!flow || now() >= flow.endsAtMs) throw new ConcordError('SIGN_IN_FAILED', { words: 'it was not begun here, or too long ago' });
    return flow;
  }

  return {
    async begin(redirect, to) {
      const configuration = await provider();
      const [verifier, state, nonce] = [oidc.randomPKCECodeVerifier(), oidc.randomState(), oidc.randomNonce()];
      const id = newSecret();
      makeRoom(flows, FLOWS_MAX);
      flows.set(id, { verifier, state, nonce, to, redirect, endsAtMs: now() + FLOW_SECONDS * MS_A_SECOND });
      const asked = {
        redirect_uri: redirect,
        scope,
        state,
        nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      };
      return { address: oidc.buildAuthorizationUrl(configuration, asked).href, id };
    },

    async end(id, cameTo) {
      const { verifier, state, nonce, to, redirect } = taken(id);
      const configuration = await provider();
      const address = new URL(redirect);
      address.search = new URL(cameTo, redirect).search;
      const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
      const told = await oidc.authorizationCodeGrant(configuration, address, checks).catch((cause: unknown) => {
        throw new ConcordError('SIGN_IN_FAILED', { words: withCause(cause) }, cause);
      });
      const caller = await people.callerBehind(told.id_token ?? '', client);
      if (!caller) throw new ConcordError('SIGN_IN_FAILED', { words: 'the provider knows you, but gives you no role here' });
      return { caller, to };
    },
  };
}

function withCause(thrown: unknown): string {
  return thrown instanceof Error && thrown.cause instanceof Error ? `${thrown.message}: ${thrown.cause.message}` : messageOf(thrown);
}

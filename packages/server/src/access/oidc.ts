import { ConcordError, messageOf, type OidcConfig } from '@concord/core';
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { ROLES, type Caller } from './roles.ts';

/** Signatures by a key that only the issuer has. What a token itself says of how it is to be checked is believed within these alone. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
/** Clocks may differ by so much. */
const CLOCK_SECONDS_MAX = 30;
const ANSWER_MS_MAX = 5_000;
const NAME_CHARS_MAX = 200;

const discovery = Type.Object({ issuer: Type.String(), jwks_uri: Type.String() });

/** People of an identity provider. */
export interface Issuer {
  /** Whoever a token is for. `undefined`: it is not one of the issuer's for this audience, is over, or gives no role. Throws ISSUER_UNREACHABLE. `audience`: another than the API's. */
  callerBehind(token: string, audience?: string): Promise<Caller | undefined>;
}

export function openIssuer(config: OidcConfig): Issuer {
  const { issuer } = config;
  let keys: Promise<JWTVerifyGetKey> | undefined;

  /** Asked for when the first token comes: a provider that is down must not keep a sidecar from starting. */
  async function keysOf(): Promise<JWTVerifyGetKey> {
    keys ??= keySetOf(config).catch((cause: unknown) => {
      keys = undefined;
      throw cause;
    });
    return keys;
  }

  return {
    async callerBehind(token, audience = config.audience) {
      try {
        const checks = { issuer, audience, algorithms: ALGORITHMS, clockTolerance: CLOCK_SECONDS_MAX, requiredClaims: ['exp', 'sub'] };
        const { payload } = await jwtVerify(token, await keysOf(), checks);
        return callerOf(config, payload);
      } catch (cause) {
        if (isOfToken(cause)) return undefined;
        throw new ConcordError('ISSUER_UNREACHABLE', { issuer, words: messageOf(cause) }, cause);
      }
    },
  };
}

async function keySetOf({ issuer, jwks }: OidcConfig): Promise<JWTVerifyGetKey> {
  return createRemoteJWKSet(new URL(jwks ?? (await discoveredAt(issuer))), { timeoutDuration: ANSWER_MS_MAX });
}

/** OpenID Connect Discovery 1.0. */
async function discoveredAt(issuer: string): Promise<string> {
  const address = `${issuer.replace(/\/$/u, '')}/.well-known/openid-configuration`;
  const answer = await fetch(address, { signal: AbortSignal.timeout(ANSWER_MS_MAX), redirect: 'error' });
  const told: unknown = await answer.json();
  if (!Value.Check(discovery, told) || told.issuer !== issuer) throw new Error(`${address} does not describe this issuer`);
  return told.jwks_uri;
}

/** Whether the token is at fault; anything else is trouble with the issuer. */
function isOfToken(cause: unknown): boolean {
  return (
    cause instanceof errors.JOSEError &&
    !(cause instanceof errors.JWKSTimeout) &&
    cause.code !== 'ERR_JOSE_GENERIC' &&
    !(cause instanceof errors.JWKSInvalid)
  );
}

function callerOf({ roles, entities, name }: OidcConfig, payload: JWTPayload): Caller | undefined {
  const claimed = textsIn(payload[roles.claim]);
  const given = new Set(claimed.flatMap((one) => (Object.hasOwn(roles.map, one) ? [roles.map[one]] : [])));
  const role = ROLES.findLast((one) => given.has(one));
  const { sub, exp } = payload;
  if (role === undefined || sub === undefined || sub === '' || exp === undefined) return undefined;
  const told = payload[name];
  return {
    id: `oidc ${sub}`,
    name: (typeof told === 'string' && told !== '' ? told : sub).slice(0, NAME_CHARS_MAX),
    role,
    // Whose token names none sees none.
    ...(entities === undefined ? {} : { entities: textsIn(payload[entities]) }),
    ...(roles.sensitive !== undefined && claimed.includes(roles.sensitive) ? { seesSensitive: true } : {}),
    untilMs: (exp + CLOCK_SECONDS_MAX) * 1000,
  };
}

/** A list, or a text with blanks between, as `scope` is. */
function textsIn(claim: unknown): readonly string[] {
  if (typeof claim === 'string') return claim.split(' ');
  return Array.isArray(claim) ? claim.filter((one) => typeof one === 'string') : [];
}

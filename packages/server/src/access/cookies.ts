import { TLSSocket } from 'node:tls';
import type { FastifyRequest } from 'fastify';

const TOKEN = /^[\w-]{43}$/u;

/**
 * The name of the session's cookie. Cookies of one host are the same for all of its ports: two sidecars on one machine must not sign each other's
 * people out. Over TLS no other host, no path and no plain connection can have set it.
 */
function cookieName(request: FastifyRequest): string {
  const name = `concord-${request.socket.localPort ?? 0}`;
  return isSecure(request) ? `__Host-${name}` : name;
}

/** Also behind a proxy that ends TLS: believing one that lies makes a cookie stricter. */
function isSecure({ socket, headers }: FastifyRequest): boolean {
  return socket instanceof TLSSocket || headers['x-forwarded-proto'] === 'https';
}

/** The token that a browser brings; `undefined`: none. */
export function tokenIn(request: FastifyRequest): string | undefined {
  return cookieIn(request, cookieName(request));
}

function cookieIn({ headers }: FastifyRequest, name: string): string | undefined {
  const told = (headers.cookie ?? '').split(';').map((pair) => pair.trim());
  const found = told.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
  return found !== undefined && TOKEN.test(found) ? found : undefined;
}

/** The header that has a browser keep a token. No script can read it, and no page of another site has it sent. */
export function cookieWith(request: FastifyRequest, token: string, endsAtMs: number): string {
  return `${cookieName(request)}=${token}; Expires=${new Date(endsAtMs).toUTCString()}${attributes(request)}`;
}

/** Has the browser forget it. */
export function cookieGone(request: FastifyRequest): string {
  return `${cookieName(request)}=; Max-Age=0${attributes(request)}`;
}

const FLOW = 'concord-sign-in';
const FLOW_PATH = '/v1/session/oidc';
/** Whoever goes to the provider comes back within so long. */
export const FLOW_SECONDS = 600;

/** By what somebody is known who comes back from an identity provider: from another site, so this one is sent along from there, and to that address alone. Empty: forgotten. */
export function flowCookie(request: FastifyRequest, id: string): string {
  const secure = isSecure(request) ? '; Secure' : '';
  return `${FLOW}=${id}; Max-Age=${id === '' ? 0 : FLOW_SECONDS}; Path=${FLOW_PATH}; HttpOnly; SameSite=Lax${secure}`;
}

export function flowIn(request: FastifyRequest): string | undefined {
  return cookieIn(request, FLOW);
}

/** The address of Concord as the browser has it. */
export function originOf(request: FastifyRequest): string {
  return `${isSecure(request) ? 'https' : 'http'}://${request.host}`;
}

function attributes(request: FastifyRequest): string {
  return `; Path=/; HttpOnly; SameSite=Strict${isSecure(request) ? '; Secure' : ''}`;
}

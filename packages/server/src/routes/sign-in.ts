import { ConcordError } from '@concord/core';
import { Type } from 'typebox';
import { cookieWith, flowCookie, flowIn, originOf } from '../access/cookies.ts';
import { openCodeFlow } from '../access/code-flow.ts';
import { openIssuer } from '../access/oidc.ts';
import type { App, Rooms } from '../app.ts';
import { clock } from '../surroundings.ts';

const BACK = '/v1/session/oidc/back';
const OPEN = { needs: 'nobody' as const };
const where = Type.Object({ to: Type.Optional(Type.String({ maxLength: 2000, description: 'The page to come back to' })) });
/** A page of ours: nobody is led elsewhere by signing in. */
const OURS = /^\/(?![/\\])[\w\-/?=&%.~+$,:@!*'();]*$/u;

/** How people sign in, and the way through an identity provider. */
export function signInRoutes(app: App, { config, sessions }: Rooms): void {
  const { oidc } = config.server;
  const flow = oidc?.console && openCodeFlow(oidc, oidc.console, openIssuer(oidc), clock.nowMs);

  app.get('/v1/session/ways', { config: OPEN }, () => ({ ways: flow ? ['key', 'oidc'] : ['key'] }));
  if (!flow) return;

  app.get('/v1/session/oidc', { config: OPEN, schema: { querystring: where, hide: true } }, async (request, reply) => {
    const { to = '/' } = request.query;
    const { address, id } = await flow.begin(`${originOf(request)}${BACK}`, OURS.test(to) ? to : '/');
    return reply.header('set-cookie', flowCookie(request, id)).redirect(address);
  });

  app.get(BACK, { config: OPEN, schema: { hide: true } }, async (request, reply) => {
    void reply.type('text/html; charset=utf-8');
    try {
      const { caller, to } = await flow.end(flowIn(request), request.url);
      const { token, session } = sessions.open(caller, false);
      void reply.header('set-cookie', [cookieWith(request, token, session.endsAtMs), flowCookie(request, '')]);
      return onward(to);
    } catch (cause) {
      if (!(cause instanceof ConcordError)) throw cause;
      request.log.warn({ err: cause, code: cause.code }, 'somebody could not sign in');
      return onward(
        `/sign-in#failed=${encodeURIComponent(cause.code === 'SIGN_IN_FAILED' ? cause.message : `${cause.message} ${cause.remedy}`)}`,
      );
    }
  });
}

/**
 * Who comes from the provider comes from another site: a redirect would not have the session's cookie sent along, since it is for requests that begin
 * on our own pages. So this is a page of ours, and goes on from there.
 */
function onward(to: string): string {
  const address = to.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Concord</title><meta http-equiv="refresh" content="0;url=${address}"></head><body></body></html>\n`;
}

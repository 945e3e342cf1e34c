import { ConcordError } from '@concord/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { cookieGone, cookieWith, tokenIn } from '../access/cookies.ts';
import { checkOrigin } from '../access/forgery.ts';
import { keyBehind } from '../access/keys.ts';
import type { Caller } from '../access/roles.ts';
import type { App, Rooms } from '../app.ts';
import { instantOf } from '../views/values.ts';

const signingIn = Type.Object(
  {
    key: Type.Optional(Type.String({ maxLength: 200, description: 'An API key' })),
    once: Type.Optional(Type.String({ maxLength: 200, description: 'Or the secret of a link that signs in once' })),
  },
  { additionalProperties: false },
);
const nothing = Type.Object({}, { additionalProperties: false });

/** Signing in and out with a browser, and who one is. */
export function sessionRoutes(app: App, { keyring, sessions }: Rooms): void {
  /** Throws KEY_MISSING, LINK_SPENT, REQUEST_WRONG. */
  function callerBehind({ key, once }: { readonly key?: string | undefined; readonly once?: string | undefined }): Caller {
    if ((key === undefined) === (once === undefined)) throw new ConcordError('REQUEST_WRONG', { words: 'send one of `key` and `once`' });
    const caller = key === undefined ? sessions.redeem(once ?? '') : keyBehind(keyring.keys(), key.trim());
    if (!caller) throw new ConcordError(key === undefined ? 'LINK_SPENT' : 'KEY_MISSING', {});
    return caller;
  }

  function begin(request: FastifyRequest, reply: FastifyReply, caller: Caller, byKey: boolean) {
    const before = tokenIn(request);
    if (before !== undefined) sessions.close(before);
    const { token, session } = sessions.open(caller, byKey);
    void reply.header('set-cookie', cookieWith(request, token, session.endsAtMs));
    return tellCaller(caller, session);
  }

  app.post('/v1/session', { config: { needs: 'nobody' }, schema: { body: signingIn } }, async (request, reply) => {
    checkOrigin(request);
    return begin(request, reply, callerBehind(request.body), request.body.key !== undefined);
  });

  app.get('/v1/session', { config: { scoped: true } }, ({ caller, session }) => tellCaller(caller, session));

  app.post('/v1/session/end', { config: { needs: 'reader', scoped: true }, schema: { body: nothing } }, (request, reply) => {
    const token = tokenIn(request);
    if (token !== undefined) sessions.close(token);
    void reply.header('set-cookie', cookieGone(request));
    return { ended: true };
  });
}

function tellCaller(caller: Caller | undefined, session: { readonly csrf: string; readonly endsAtMs: number } | undefined) {
  if (!caller) throw new ConcordError('KEY_MISSING', {});
  const { name, role, entities, seesSensitive } = caller;
  return {
    name,
    role,
    ...(entities ? { entities: [...entities] } : {}),
    seesSensitive: role === 'admin' || seesSensitive === true,
    ...(session ? { csrf: session.csrf, until: instantOf({ ms: session.endsAtMs }) } : {}),
  };
}

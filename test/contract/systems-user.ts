import type { Json, JsonObject } from '@concord/core';
import { textOf } from '../../packages/adapters/src/shared/json/look.ts';

const UNAUTHORIZED = 401;

/** A person who works in an emulated system, over its own wire and without the adapter. */
export interface EmulatedUser {
  /** Throws when the system refuses. Answers the body, or null when there is none. */
  call(method: string, path: string, body?: JsonObject, headers?: Readonly<Record<string, string>>): Promise<Json>;
}

export async function signIn(url: string, client: string): Promise<EmulatedUser> {
  let token = await tokenOf(url, client);
  return {
    call: async (method, path, body, headers = {}) => {
      const type = body ? { 'content-type': 'application/json' } : {};
      const send = () =>
        fetch(`${url}${path}`, {
          method,
          headers: { authorization: `Bearer ${token}`, accept: 'application/json', ...type, ...headers },
          ...(body ? { body: JSON.stringify(body) } : {}),
        });
      let answer = await send();
      if (answer.status === UNAUTHORIZED) {
        // Who works for more than an hour has to sign in again.
        token = await tokenOf(url, client);
        answer = await send();
      }
      const told = await json(answer);
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(told)}`);
      return told;
    },
  };
}

async function tokenOf(url: string, client: string): Promise<string> {
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: client, client_secret: `${client}-secret` });
  const granted: Json = await json(await fetch(`${url}/oauth2/v2.0/token`, { method: 'POST', body: form }));
  return textOf(granted, 'access_token') ?? '';
}

async function json(answer: Response): Promise<Json> {
  const text = await answer.text();
  return text === '' ? null : JSON.parse(text);
}

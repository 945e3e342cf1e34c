import type { Json, JsonObject } from '@concord/core';
import { textOf } from '../../packages/adapters/src/shared/json/look.ts';

/** A person who works in an emulated system, over its own wire and without the adapter. */
export interface EmulatedUser {
  /** Throws when the system refuses. Answers the body, or null when there is none. */
  call(method: string, path: string, body?: JsonObject, headers?: Readonly<Record<string, string>>): Promise<Json>;
}

export async function signIn(url: string, client: string): Promise<EmulatedUser> {
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: client, client_secret: `${client}-secret` });
  const granted: Json = await json(await fetch(`${url}/oauth2/v2.0/token`, { method: 'POST', body: form }));
  const token = textOf(granted, 'access_token') ?? '';
  return {
    call: async (method, path, body, headers = {}) => {
      const type = body ? { 'content-type': 'application/json' } : {};
      const answer = await fetch(`${url}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, accept: 'application/json', ...type, ...headers },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      const told = await json(answer);
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(told)}`);
      return told;
    },
  };
}

async function json(answer: Response): Promise<Json> {
  const text = await answer.text();
  return text === '' ? null : JSON.parse(text);
}

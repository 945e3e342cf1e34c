import { isIP } from 'node:net';
import { Agent, request } from 'undici';
import { addressesOf, lookupWithin, type Reach } from './address.ts';

/** Posts to one address. Throws with words when that does not come to a good answer. */
export interface Post {
  send(body: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

const ANSWER_MS_MAX = 10_000;
/** What is answered is of no interest, and may be endless. */
const ANSWER_BYTES_MAX = 65_536;
const [OK_FROM, OK_BEFORE] = [200, 300];

/** A redirect is a bad answer like any other: it could lead where nobody looked. */
export function openPost(url: URL, reach: Reach): Post {
  const connect = { timeout: ANSWER_MS_MAX, lookup: lookupWithin(reach) };
  const agent = new Agent({ connect, connections: 1, headersTimeout: ANSWER_MS_MAX, bodyTimeout: ANSWER_MS_MAX });
  return {
    async send(body, headers, signal) {
      // An address in digits is connected to without being looked up.
      if (isIP(url.hostname.replace(/^\[(.*)\]$/u, '$1')) !== 0) await addressesOf(url.hostname, reach);
      const answer = await request(url, {
        dispatcher: agent,
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': 'concord', ...headers },
        body,
        signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS_MAX)]),
      });
      await answer.body.dump({ limit: ANSWER_BYTES_MAX });
      if (answer.statusCode < OK_FROM || answer.statusCode >= OK_BEFORE) throw new Error(`it answered ${answer.statusCode}`);
    },
    close: () => agent.destroy(),
  };
}

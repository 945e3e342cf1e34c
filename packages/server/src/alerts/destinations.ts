import type { AlertsConfig, Complaint, Config, DestinationConfig } from '@concord/core';
import { configWrong } from '../config-wrong.ts';
import type { Resolve } from './address.ts';
import { sendMail } from './mail.ts';
import { bodyOf, cardOf, type Message } from './message.ts';
import { openPost } from './post.ts';
import { keyOf, signed } from './signature.ts';

/** Where alerts go. */
export interface Destination {
  readonly name: string;
  /** Sends it once. Throws with words, which tell no secret, when it did not arrive. */
  send(message: Message, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export interface Sending {
  readonly nowMs: () => number;
  /** How names become addresses; the machine's own way otherwise. */
  readonly resolve?: Resolve;
}

/** Opens every destination of a configuration; nothing is sent yet. Throws CONFIG_WRONG with all that their variables hold amiss. */
export function openDestinations(config: Config, sending: Sending): readonly Destination[] {
  const opened = openAll(config.alerts?.destinations ?? {}, sending);
  const faults = faultsIn(opened);
  if (faults.length > 0) throw configWrong(config.file, faults);
  return opened.flatMap((one) => ('text' in one ? [] : [one]));
}

/** What the variables of destinations hold amiss. Never the values themselves: they are secrets. */
export function destinationFaults(destinations: AlertsConfig['destinations']): readonly Complaint[] {
  return faultsIn(openAll(destinations, { nowMs: () => 0 }));
}

type Opened = Destination | Complaint;

function openAll(destinations: AlertsConfig['destinations'], sending: Sending): readonly Opened[] {
  return Object.entries(destinations).map(([name, one]) => open(name, one, sending));
}

function faultsIn(opened: readonly Opened[]): readonly Complaint[] {
  return opened.flatMap((one) => ('text' in one ? [one] : []));
}

/** The destination, or what is wrong with it. */
function open(name: string, config: DestinationConfig, { nowMs, resolve }: Sending): Opened {
  const fault = (key: string, text: string): Complaint => ({ path: ['alerts', 'destinations', name, config.kind, key], at: 'value', text });
  if (config.kind === 'email')
    return { name, send: (message, signal) => sendMail(config, message, signal, resolve), close: () => Promise.resolve() };
  const url = URL.canParse(config.url) ? new URL(config.url) : undefined;
  if (!url || !['https:', 'http:'].includes(url.protocol)) return fault('url', 'This is no http or https address.');
  if (url.protocol === 'http:' && !config.allowPrivate) return fault('url', 'Over http anybody on the way can read it. Write https.');
  const post = openPost(url, { allowPrivate: config.allowPrivate, ...(resolve ? { resolve } : {}) });
  const close = (): Promise<void> => post.close();
  if (config.kind === 'teams') return { name, send: (message, signal) => post.send(cardOf(message), {}, signal), close };
  const key = keyOf(config.secret);
  if (!key) return fault('secret', 'The variable does not hold whsec_ and 24 to 64 bytes as base64. openssl rand -base64 32 makes some.');
  return {
    name,
    send: (message, signal) => {
      const body = bodyOf(message);
      return post.send(body, signed(key, message.id, nowMs(), body), signal);
    },
    close,
  };
}

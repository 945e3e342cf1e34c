import { isIP } from 'node:net';
import type { DestinationConfig } from '@concord/core';
import { createTransport } from 'nodemailer';
import { addressesOf, type Resolve } from './address.ts';
import { subjectOf, textOf, type Message } from './message.ts';

const ANSWER_MS_MAX = 10_000;

/** Sends one e-mail over a connection of its own. The server is connected to at the very address that was looked at. */
export async function sendMail(
  { host, port, tls, user, password, from, to, allowPrivate }: Extract<DestinationConfig, { kind: 'email' }>,
  message: Message,
  signal: AbortSignal,
  resolve?: Resolve,
): Promise<void> {
  const [found] = await addressesOf(host, { allowPrivate, ...(resolve ? { resolve } : {}) });
  if (!found) return;
  const transport = createTransport({
    host: found.address,
    port,
    secure: tls === 'always',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    // The certificate is that of the name, whatever the address.
    ...(isIP(host) === 0 ? { tls: { servername: host } } : {}),
    ...(user === undefined || password === undefined ? {} : { auth: { user, pass: password } }),
    connectionTimeout: ANSWER_MS_MAX,
    greetingTimeout: ANSWER_MS_MAX,
    socketTimeout: ANSWER_MS_MAX,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const end = (): void => transport.close();
  signal.addEventListener('abort', end);
  try {
    await transport.sendMail({
      from,
      to: [...to],
      subject: subjectOf(message),
      text: textOf(message),
      messageId: `<${message.id}@concord>`,
    });
  } finally {
    signal.removeEventListener('abort', end);
    transport.close();
  }
}

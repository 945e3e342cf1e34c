import { once } from 'node:events';
import { ConcordError, parseConfig, type Config } from '@concord/core';
import { SMTPServer } from 'smtp-server';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Resolve } from '../../../packages/server/src/alerts/address.ts';
import { openDestinations, type Destination } from '../../../packages/server/src/alerts/destinations.ts';
import type { Message } from '../../../packages/server/src/alerts/message.ts';
import { ENV, SAMPLE } from '../../core/config/sample.ts';
import { openReceiver, type Receiver } from './receiver.ts';

const SECRET = `whsec_${Buffer.from('a key of twenty-four bytes, at least').toString('base64')}`;
const MESSAGE: Message = {
  id: 'msg_1',
  atMs: 5000,
  notices: [
    {
      id: 'map/0/fno/customer',
      on: 'map',
      what: 'begins',
      severity: 'critical',
      system: 'fno',
      entity: 'customer',
      sinceMs: 1000,
      words: 'customer of fno is guarded.',
      action: 'Look.',
    },
    { id: 'parked/1', on: 'parked', what: 'ends', severity: 'warning', sinceMs: 2000, words: '3 writes were refused.', action: 'Retry.' },
  ],
};

let receiver: Receiver;
const opened: Destination[] = [];
beforeEach(async () => {
  receiver = await openReceiver();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
  await receiver.close();
});

function configured(destination: string, env: Readonly<Record<string, string>>): Config {
  const parsed = parseConfig(`${SAMPLE}alerts: { destinations: { one: ${destination} } }\n`, {
    file: 'concord.yaml',
    env: { ...ENV, SECRET, ...env },
  });
  if (parsed.kind === 'faults') throw new Error(JSON.stringify(parsed.faults));
  return parsed.config;
}

function open(destination: string, env: Readonly<Record<string, string>> = {}, resolve?: Resolve): Destination {
  const [one] = openDestinations(configured(destination, env), { nowMs: Date.now, ...(resolve ? { resolve } : {}) });
  if (!one) throw new Error('There is no destination.');
  opened.push(one);
  return one;
}

const send = (one: Destination): Promise<void> => one.send(MESSAGE, new AbortController().signal);
const webhook = (host: string, allowPrivate = true): string =>
  `{ webhook: { url: "${allowPrivate ? 'http' : 'https'}://${host}:${receiver.port}/in", secret: "\${SECRET}", allowPrivate: ${allowPrivate} } }`;

describe('a webhook', () => {
  test('is signed so that a library of Standard Webhooks takes it, and nothing that was altered', async () => {
    await send(open(webhook('localhost')));
    const [{ headers, body, path } = { headers: {}, body: '', path: '' }] = receiver.received;
    expect(path).toBe('/in');
    const signed = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
    expect(new Webhook(SECRET).verify(body, signed)).toEqual({
      type: 'concord.alerts',
      timestamp: '1970-01-01T00:00:05.000Z',
      data: {
        alerts: [
          {
            id: 'map/0/fno/customer',
            what: 'begins',
            on: 'map',
            severity: 'critical',
            system: 'fno',
            entity: 'customer',
            since: '1970-01-01T00:00:01.000Z',
            words: 'customer of fno is guarded.',
            action: 'Look.',
          },
          {
            id: 'parked/1',
            what: 'ends',
            on: 'parked',
            severity: 'warning',
            since: '1970-01-01T00:00:02.000Z',
            words: '3 writes were refused.',
            action: 'Retry.',
          },
        ],
      },
    });
    expect(() => new Webhook(SECRET).verify(body.replace('guarded', 'well'), signed)).toThrow(/signature/u);
    expect(signed['webhook-id']).toBe('msg_1');
  });

  test('a bad answer, and a redirect, is a failure; nothing is followed', async () => {
    const one = open(webhook('localhost'));
    receiver.answer(500);
    await expect(send(one)).rejects.toThrow('it answered 500');
    receiver.answer(302, '/elsewhere');
    await expect(send(one)).rejects.toThrow('it answered 302');
    expect(receiver.received.map(({ path }) => path)).toEqual(['/in', '/in']);
  });

  test('a secret that is none, and an address without TLS, are told before anything is sent', () => {
    expect(() => open('{ webhook: { url: "http://example.com", secret: "${WRONG}" } }', { WRONG: 'whsec_short' })).toThrow(/Write https/u);
    expect(() => open('{ webhook: { url: "https://example.com", secret: "${WRONG}" } }', { WRONG: 'whsec_short' })).toThrow(ConcordError);
    expect(() => open('{ teams: { url: "${URL}" } }', { URL: 'ftp://example.com' })).toThrow(/no http or https address/u);
  });
});

describe('an address that is not public', () => {
  const literals = [
    '127.0.0.1',
    '10.1.2.3',
    '192.168.1.1',
    '172.16.0.9',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '2130706433',
    '0x7f.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[fe80::1]',
    '[fd00::1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
  ];
  test.each(literals)('%s is refused unless it is meant', async (host) => {
    await expect(send(open(webhook(host, false)))).rejects.toThrow(/not a public address; allowPrivate/u);
    expect(receiver.received).toEqual([]);
  });

  test.each(['127.0.0.1', '::1', 'fe80::1'])('so is a name that leads to %s, also beside a public one', async (address) => {
    const found = [
      { address: '93.184.216.34', family: 4 },
      { address, family: address.includes(':') ? 6 : 4 },
    ];
    await expect(send(open(webhook('receiver.example', false), {}, () => Promise.resolve(found)))).rejects.toThrow(/not a public address/u);
  });

  test('a name is looked up once for a connection, which goes to the address that was looked at', async () => {
    const answers = [[{ address: '127.0.0.1', family: 4 }], [{ address: '127.0.0.9', family: 4 }]];
    let asked = 0;
    const resolve: Resolve = () => Promise.resolve(answers[asked++] ?? []);
    await send(open(webhook('receiver.example'), {}, resolve));
    expect(asked).toBe(1);
    expect(receiver.received[0]?.headers.host).toBe(`receiver.example:${receiver.port}`);
  });

  test('neither is a mail server there connected to', async () => {
    const mail = `{ email: { host: localhost, port: ${receiver.port}, from: a@example.com, to: [b@example.com] } }`;
    await expect(send(open(mail))).rejects.toThrow(/not a public address/u);
  });
});

test('Teams gets an Adaptive Card', async () => {
  await send(open('{ teams: { url: "${URL}", allowPrivate: true } }', { URL: `http://localhost:${receiver.port}/hook?sig=x` }));
  const [{ body, path } = { body: '', path: '' }] = receiver.received;
  expect(path).toBe('/hook?sig=x');
  expect(JSON.parse(body)).toMatchObject({
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        content: {
          type: 'AdaptiveCard',
          version: '1.4',
          body: [
            { type: 'TextBlock', text: 'Begins (critical): customer of fno is guarded.', color: 'Attention' },
            { text: 'Since 1970-01-01T00:00:01.000Z. Look.' },
            { text: 'Has ended (warning): 3 writes were refused.', color: 'Good' },
            {},
          ],
        },
      },
    ],
  });
});

describe('an e-mail', () => {
  async function withServer(tls: boolean, use: (port: number, mails: readonly string[]) => Promise<void>): Promise<void> {
    const mails: string[] = [];
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: tls ? [] : ['STARTTLS'],
      onData(stream, _session, done) {
        let text = '';
        stream.on('data', (piece) => (text += String(piece)));
        stream.on('end', () => {
          mails.push(text);
          done();
        });
      },
    });
    // A client that turns away while it shakes hands is no news.
    server.on('error', () => undefined);
    const listening = server.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    const address = listening.address();
    try {
      await use(typeof address === 'object' && address ? address.port : 0, mails);
    } finally {
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
  }
  const mail = (port: number, tls: string): string =>
    `{ email: { host: localhost, port: ${port}, tls: ${tls}, from: concord@example.com, to: [ann@example.com], allowPrivate: true } }`;

  test('arrives, with what happened in its subject', async () => {
    await withServer(false, async (port, mails) => {
      await send(open(mail(port, 'none')));
      expect(mails).toHaveLength(1);
      expect(mails[0]).toContain('Subject: Concord: Begins (critical): customer of fno is guarded. (and 1');
      expect(mails[0]).toContain('To: ann@example.com');
      expect(mails[0]).toContain('Has ended (warning): 3 writes were refused.');
    });
  });

  test('does not go where no TLS is offered, or the certificate is not that of the name, unless that is meant', async () => {
    await withServer(false, async (port, mails) => {
      await expect(send(open(mail(port, 'starttls')))).rejects.toThrow(/STARTTLS|TLS/u);
      expect(mails).toEqual([]);
    });
    await withServer(true, async (port, mails) => {
      await expect(send(open(mail(port, 'starttls')))).rejects.toThrow(/certificate|altname/iu);
      expect(mails).toEqual([]);
    });
  });
});

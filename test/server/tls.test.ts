import { execFileSync, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, expect, test } from 'vitest';
import { serverFactory } from '../../packages/server/src/access/tls.ts';
import { AS_ADMIN } from '../kit/key.ts';
import { openTown } from '../kit/town.ts';
import { until } from '../kit/until.ts';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'concord-tls-'));
afterAll(() => rmSync(folder, { recursive: true }));
const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
const complaints: string[] = [];
const HOW = { requestTimeout: 1_000, lookAgainMs: 10, complain: (words: string) => void complaints.push(words) };

function make(): void {
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const how = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1', ...subject];
  execFileSync('openssl', [...how, '-keyout', key, '-out', cert], { stdio: 'ignore' });
}

interface Told {
  readonly status: number | undefined;
  readonly hsts: string | undefined;
}

function get(url: string): Promise<Told> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { ca: readFileSync(cert), headers: AS_ADMIN }, (answer) => {
      answer.resume();
      resolve({ status: answer.statusCode, hsts: answer.headers['strict-transport-security'] });
    });
    asked.on('error', reject).end();
  });
}

function handshakeOf(port: number, version: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', ca: readFileSync(cert), minVersion: version, maxVersion: version }, () => {
      resolve(socket.getProtocol() ?? '');
      socket.destroy();
    });
    socket.on('error', () => resolve('refused'));
  });
}

test.skipIf(!hasOpenssl)('with a certificate the API answers over TLS 1.2 and later, and over nothing else', async () => {
  make();
  const town = await openTown(1);
  const { url } = await town.startInside((config) => ({ ...config, server: { ...config.server, tls: { cert, key } } }));
  expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/u);
  expect(await get(`${url}/v1/records`)).toEqual({ status: 200, hsts: expect.stringContaining('max-age=') });
  await expect(fetch(url.replace('https:', 'http:'))).rejects.toThrow('fetch failed');
  const port = Number(new URL(url).port);
  expect([await handshakeOf(port, 'TLSv1.1'), await handshakeOf(port, 'TLSv1.2'), await handshakeOf(port, 'TLSv1.3')]).toEqual([
    'refused',
    'TLSv1.2',
    'TLSv1.3',
  ]);
  await town.close();
});

function servedBy(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerX509Certificate()?.fingerprint256 ?? 'none');
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

const fingerprint = () => new X509Certificate(readFileSync(cert)).fingerprint256;

test.skipIf(!hasOpenssl)(
  'a renewed certificate is served without a restart; one that cannot be used is told, and the old one stays',
  async () => {
    make();
    const server = serverFactory({ cert, key }, HOW)((_request, answer) => void answer.end(), {});
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    try {
      const address = server.address();
      const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
      const first = fingerprint();
      expect(await servedBy(port)).toBe(first);
      writeFileSync(cert, 'no certificate');
      await until(() => (complaints.length > 0 ? undefined : 'nothing is told'));
      expect(complaints).toEqual([expect.stringMatching(/HTTPS cannot be served with .* The certificate of before is served on\.$/u)]);
      expect(await servedBy(port)).toBe(first);
      make();
      expect(fingerprint()).not.toBe(first);
      await until(async () => ((await servedBy(port)) === fingerprint() ? undefined : 'the old one is served'));
    } finally {
      server.close();
    }
  },
);

test('files that are missing, or are no certificate, are told before anything listens', () => {
  expect(() => serverFactory({ cert: join(folder, 'none.pem'), key }, HOW)).toThrow(/none\.pem/u);
  const words = join(folder, 'words.pem');
  writeFileSync(words, 'no certificate');
  expect(() => serverFactory({ cert: words, key: words }, HOW)).toThrow(/HTTPS cannot be served with/u);
});

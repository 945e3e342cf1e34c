import { ConcordError, type Config } from '@concord/core';
import { Option } from 'commander';

/** The sidecar that runs on this machine, as it is configured unless somebody says otherwise. */
const URL_DEFAULT = 'http://127.0.0.1:8085';

/** Which sidecar a command asks. */
export function atUrl(): Option {
  return new Option('--url <url>', 'the sidecar that runs there').env('CONCORD_URL').default(URL_DEFAULT).argParser(addressFrom);
}

/** Where the sidecar of a configuration answers, seen from its own machine. */
export function addressOf({ host, port, tls }: Config['server']): string {
  const name = ANY_HOST[host] ?? (host.includes(':') ? `[${host}]` : host);
  return `${tls ? 'https' : 'http'}://${name}:${port === 0 ? '<port>' : port}`;
}

/** Who listens everywhere listens here as well. */
const ANY_HOST: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '[::1]' };

/** An address without slashes at its end. Throws ASK_WRONG where it is none. */
export function addressFrom(url: string): string {
  if (!/^https?:\/\/[^/]/iu.test(url) || !URL.canParse(url))
    throw new ConcordError('ASK_WRONG', { words: `"${url}" is no address; write it as ${URL_DEFAULT}` });
  return url.replace(/\/+$/u, '');
}

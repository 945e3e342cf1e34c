/** Where the Web API begins below an origin. */
export const API = '/api/data/v9.2/';

/** A URL below the service root, from a resource and its query. Names of options stay readable, values are encoded. */
export function linkOf(origin: string, resource: string, query: ReadonlyMap<string, string>): string {
  const options = [...query].map(([name, value]) => `${name}=${encode(value)}`);
  return `${origin}${API}${resource}${options.length === 0 ? '' : `?${options.join('&')}`}`;
}

/** Lower-case hex, as the documentation prints it. */
const encode = (value: string): string =>
  encodeURIComponent(value)
    .replaceAll('!', '%21')
    .replaceAll(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase())
    .replaceAll('%2c', ',')
    .replaceAll('%24', '$')
    .replaceAll('%3d', '=');

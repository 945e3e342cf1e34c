import type { FastifyReply, FastifyRequest } from 'fastify';
import { ConcordError } from '@concord/core';
import type { App } from '../app.ts';
import { consoleFiles, type ConsoleFile } from './files.ts';

/** The addresses of the console's pages: all of them are one file, which looks at the address itself. */
const PAGES = ['/', '/sign-in', '/inbox', '/inbox/*', '/records', '/records/*', '/work', '/maps', '/maps/*', '/laboratory'];
const YEAR_SECONDS = 31_536_000;

/** Scripts and styles are our own files, and whoever gets something else in cannot have it run, or sent anywhere. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const OPEN = { config: { needs: 'nobody' as const, counted: 'never' as const, page: true }, schema: { hide: true } };

/** Serves the console. Its files hold nothing of anybody's: what they show they ask the API for. */
export function consoleRoutes(app: App): void {
  const files = consoleFiles();

  function send(request: FastifyRequest, reply: FastifyReply, file: ConsoleFile): FastifyReply {
    const accepted = request.headers['accept-encoding'] ?? '';
    const [encoding, packed] = Object.entries(file.packed).find(([name]) => accepted.includes(name)) ?? [];
    void reply.headers({
      'content-type': file.type,
      vary: 'accept-encoding',
      ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
    });
    return reply.send(packed ?? file.plain);
  }

  for (const path of PAGES)
    app.get(path, OPEN, (request, reply) => {
      const page = files.get('index.html');
      if (!page) throw new ConcordError('CONSOLE_UNBUILT', {});
      // The page names the files of this build: a browser asks for it each time.
      return send(request, reply.header('content-security-policy', POLICY), page);
    });

  app.get('/assets/:name', OPEN, (request, reply) => {
    const file = files.get(`assets/${nameIn(request.params)}`);
    if (!file) throw new ConcordError('ROUTE_UNKNOWN', { method: 'GET', path: request.url });
    // Its name is made of what is in it.
    return send(request, reply.header('cache-control', `public, max-age=${YEAR_SECONDS}, immutable`), file);
  });
}

function nameIn(params: unknown): string {
  return typeof params === 'object' && params !== null && 'name' in params ? String(params.name) : '';
}

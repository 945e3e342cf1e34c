import type { FastifyInstance, FastifyRequest } from 'fastify';

/** What people open in a browser, which cannot be told to send a key as a header but by a script. */
const PAGES = new Set(['/docs', '/openapi.json']);
const BASIC = /^basic +([\w+/=-]+)$/iu;
const UNAUTHORIZED = 401;
const CHALLENGE = 'Basic realm="Concord: any name, and an API key as the password", charset="UTF-8"';

/**
 * A browser is asked for a key in its own window: as the password, whatever the name. Nowhere else is that taken, so a browser that sends it along
 * to other routes, as it does by itself, can do nothing with it.
 */
export function askBrowsers(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const [, told] = isPage(request) ? (BASIC.exec(request.headers.authorization ?? '') ?? []) : [];
    if (told !== undefined) {
      const words = Buffer.from(told, 'base64').toString();
      request.headers.authorization = `Bearer ${words.slice(words.indexOf(':') + 1)}`;
    }
    done();
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    if (reply.statusCode !== UNAUTHORIZED || !isPage(request)) return done(null, payload);
    void reply.header('www-authenticate', [CHALLENGE, 'Bearer realm="concord"']);
    if (request.headers.accept?.includes('text/html') !== true) return done(null, payload);
    void reply.header('content-type', 'text/html; charset=utf-8').removeHeader('content-length');
    done(null, ASKING);
  });
}

function isPage({ routeOptions }: FastifyRequest): boolean {
  return routeOptions.url !== undefined && PAGES.has(routeOptions.url);
}

/** What is seen where nobody gave a key. */
const ASKING = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Concord asks for a key</title></head><body>
<h1>Concord asks for a key</h1><p>Load this page again. Give any name, and an API key as the password: <code>concord keys add --config &lt;file&gt; --name &lt;yours&gt;</code> makes one.</p>
</body></html>
`;

import swagger from '@fastify/swagger';
import type { FastifyInstance, FastifySchema, RouteOptions } from 'fastify';
import { neededBy } from '../access/gate.ts';
import { ROUTES } from './routes.ts';
import { problem } from './shapes.ts';

/** The version of the API, not of Concord: it changes when a client would have to. */
const VERSION = '1.0.0';

/** Has the routes that follow described as OpenAPI 3.1. */
export function describe(app: FastifyInstance): void {
  void app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Concord',
        version: VERSION,
        description: 'Keeps records mirrored between business systems in agreement, and tells who changed what, what lost, and why.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: 'http://127.0.0.1:8085' }],
      components: {
        securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'An API key: `concord keys add`' } },
      },
    },
    transform: ({ schema, url, route }) => ({ url, schema: told(schema, url, route) }),
  });
}

function told(schema: FastifySchema | undefined, url: string, route: RouteOptions): FastifySchema {
  const [method = 'GET'] = [route.method].flat();
  const needs = neededBy(method, route.config);
  const { summary = '', tag = 'running', status = 200, answer, type = 'application/json' } = ROUTES[`${method} ${url}`] ?? {};
  return {
    ...schema,
    ...(route.config?.speaks === true ? { body: unspoken(schema?.body) } : {}),
    summary,
    tags: [tag],
    description: needs === 'nobody' ? 'Open to everybody.' : `Asks for the role \`${needs}\`.`,
    operationId: `${method.toLowerCase()}${url.replaceAll(/[/:.]+(\w)/gu, (_whole, letter: string) => letter.toUpperCase())}`,
    security: needs === 'nobody' ? [] : [{ key: [] }],
    ...(method === 'HEAD' ? { hide: true } : {}),
    response: {
      [status]: { description: summary, content: { [type]: { schema: answer ?? {} } } },
      default: { description: 'What went wrong, and what to do', content: { 'application/problem+json': { schema: problem } } },
    },
  };
}

/** In whose name it is done need not be said: it is the key's, where nothing else is. */
function unspoken(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !('required' in body) || !Array.isArray(body.required)) return body;
  return { ...body, required: body.required.filter((name) => name !== 'by') };
}

import swagger from '@fastify/swagger';
import type { FastifyInstance, FastifySchema, RouteOptions } from 'fastify';
import { Type, type TSchema } from 'typebox';
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
  const { summary = '', tag = 'running', status = 200, answer, type = 'application/json', other = {} } = ROUTES[`${method} ${url}`] ?? {};
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
      [status]: { description: summary, content: { [type]: { schema: answer ? inJsonSchema(answer) : {} } } },
      ...conditional(schema?.headers, answer),
      ...other,
      default: { description: 'What went wrong, and what to do', content: { 'application/problem+json': { schema: problem } } },
    },
  };
}

/** What a condition on an ETag may lead to, of every route that takes one. */
function conditional(headers: unknown, answer: TSchema | undefined) {
  const names = typeof headers === 'object' && headers !== null && 'properties' in headers ? Object.keys(headers.properties ?? {}) : [];
  const moved = Type.Object({ ...problem.properties, current: answer ?? Type.Unknown() }, { additionalProperties: false });
  return {
    ...(names.includes('if-none-match') ? { 304: { description: 'It is as it was' } } : {}),
    ...(names.includes('if-match')
      ? {
          412: {
            description: 'It is not as it was seen, and was left as it is',
            content: { 'application/problem+json': { schema: moved } },
          },
        }
      : {}),
  };
}

/** JSON Schema 2020-12, as OpenAPI 3.1 has it: what stands at its place in a list has a name of its own there. */
function inJsonSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(inJsonSchema);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { items, additionalItems, ...rest }: Readonly<Record<string, unknown>> = { ...schema };
  const members = Object.fromEntries(Object.entries(rest).map(([name, member]) => [name, inJsonSchema(member)]));
  if (Array.isArray(items)) return { ...members, prefixItems: items.map(inJsonSchema), items: additionalItems ?? true };
  return { ...members, ...(items === undefined ? {} : { items: inJsonSchema(items) }) };
}

/** In whose name it is done need not be said: it is the key's, where nothing else is. */
function unspoken(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !('required' in body) || !Array.isArray(body.required)) return body;
  return { ...body, required: body.required.filter((name) => name !== 'by') };
}

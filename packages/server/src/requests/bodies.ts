import type { FastifyInstance } from 'fastify';

/** Whoever sends no body where none is needed is understood: it stands for an object with nothing in it. What is missing in that is told by name. */
export function takeMissingBodies(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => {
    // What has no body has no type, whatever a client says of it.
    if (request.headers['content-length'] === '0') delete request.headers['content-type'];
    done();
  });
  app.addHook('preValidation', (request, _reply, done) => {
    if (request.body === undefined && isObjectShape(request.routeOptions.schema?.body)) request.body = {};
    done();
  });
}

function isObjectShape(shape: unknown): boolean {
  return typeof shape === 'object' && shape !== null && 'type' in shape && shape.type === 'object';
}

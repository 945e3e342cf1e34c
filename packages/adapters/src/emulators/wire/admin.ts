import type { Json } from '@concord/core';
import type { Answer } from './answer.ts';
import type { Emulator } from './emulator.ts';
import { parseFaultRule } from './faults.ts';
import { parseHook, parseHookFaults } from './hooks.ts';
import { isObject, parseJson } from './json.ts';
import { parseSchemaChange, parseSeed } from './schema.ts';
import type { Received } from './server.ts';

type Route = (body: Json | undefined, rest: string) => unknown;

/** What each administrative route does: the answer's body, `undefined` for none. Throws in words that say what to do. */
function routes<Settings>(
  emulator: Emulator<Settings>,
  parseSettings: (json: unknown) => Partial<Settings>,
): Readonly<Record<string, Route>> {
  return {
    'GET /stats': () => emulator.stats(),
    'DELETE /stats': () => emulator.resetStats(),
    'GET /dump': () => emulator.dump(),
    'POST /load': (body) => emulator.load(parseSeed(body)),
    'GET /rows': (_body, set) => emulator.rows(set),
    'GET /faults': () => ({ down: emulator.faults.isDown(), rules: emulator.faults.list() }),
    'POST /faults': (body) => ({ id: emulator.faults.add(parseFaultRule(body)) }),
    'DELETE /faults': (_body, id) => emulator.faults.clear(id === '' ? undefined : id),
    'POST /down': (body) => emulator.faults.down(flag(body, 'down')),
    'GET /hooks': () => emulator.hooks.list(),
    'POST /hooks': (body) => ({ id: emulator.hooks.add(parseHook(body)) }),
    'DELETE /hooks': (_body, id) => emulator.hooks.remove(id === '' ? undefined : id),
    'POST /hook-faults': (body) => emulator.hooks.faults(parseHookFaults(body)),
    'POST /schema': (body) => emulator.changeSchema(parseSchemaChange(body)),
    'GET /clock': () => ({ nowMs: emulator.clock.now(), aheadMs: emulator.clock.aheadMs() }),
    'POST /clock': (body) => emulator.clock.skew(number(body, 'aheadMs')),
    'GET /settings': () => emulator.settings(),
    'POST /settings': (body) => emulator.settings(parseSettings(body)),
    'POST /expire-delta-tokens': () => emulator.expireDeltaTokens(),
    'POST /revoke-tokens': () => emulator.revokeTokens(),
  };
}

/** Answers `/admin/…`. No token is asked for: an emulator is for a developer's own machine. */
export async function answerAdmin<Settings>(
  emulator: Emulator<Settings>,
  parseSettings: (json: unknown) => Partial<Settings>,
  received: Received,
): Promise<Answer> {
  const [, , name = '', ...rest] = (received.url.split('?')[0] ?? '').split('/');
  if (received.method === 'GET' && name === 'idle') await emulator.hooks.idle();
  const known = routes(emulator, parseSettings);
  const route = name === 'idle' ? () => undefined : known[`${received.method} /${name}`];
  if (route === undefined) return told(404, { error: `No such route. There are: ${Object.keys(known).join(', ')}, GET /idle.` });
  const body = received.body === '' ? undefined : parseJson(received.body);
  if (received.body !== '' && body === undefined) return told(400, { error: 'The body is not JSON.' });
  try {
    const result = route(body, decodeURIComponent(rest.join('/')));
    return result === undefined ? { status: 204, headers: {} } : told(200, result);
  } catch (fault) {
    return told(400, { error: fault instanceof Error ? fault.message : String(fault) });
  }
}

const told = (status: number, body: unknown): Answer => ({
  status,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
});

function flag(body: Json | undefined, name: string): boolean {
  const value = isObject(body) ? body[name] : undefined;
  if (typeof value !== 'boolean') throw new Error(`Send {"${name}": true} or {"${name}": false}.`);
  return value;
}

function number(body: Json | undefined, name: string): number {
  const value = isObject(body) ? body[name] : undefined;
  if (typeof value !== 'number') throw new Error(`Send {"${name}": <a number>}.`);
  return value;
}

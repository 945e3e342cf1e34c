import { ConcordError } from '@concord/core';
import { addKey, readKeyring, revokeKey } from '../access/keyring.ts';
import { isRole, ROLES, type Caller } from '../access/roles.ts';
import { entityUnknown } from '../entity-unknown.ts';
import { clock } from '../surroundings.ts';
import { loadConfig } from './config-file.ts';

export interface AddGiven {
  readonly config: string;
  readonly name: string;
  readonly role: string;
  readonly entity?: readonly string[];
  readonly seesSensitive?: true;
}

const NAME_CHARS_MAX = 200;

/** Makes an API key. The key alone goes to the standard output, so that it can be caught in a variable; it is shown this once. */
export function addKeyFor({ config: file, name, role, entity: entities = [], seesSensitive }: AddGiven): number {
  if (!isRole(role)) throw new ConcordError('KEY_WRONG', { words: `there is no role "${role}"; the roles are ${ROLES.join(', ')}` });
  if (name === '' || name.length > NAME_CHARS_MAX) throw new ConcordError('KEY_WRONG', { words: 'a name has 1 to 200 characters' });
  const { server, entities: maps } = loadConfig(file);
  const stranger = entities.find((one) => !maps.some(({ entity }) => entity === one));
  if (stranger !== undefined)
    throw entityUnknown(
      stranger,
      maps.map(({ entity }) => entity),
    );
  const rights = { ...(entities.length === 0 ? {} : { entities }), ...(seesSensitive ? { seesSensitive } : {}) };
  const { key, text } = addKey(server.keys, { name, role, ...rights }, clock.nowMs());
  console.error(`Key ${key.id} for ${name}, ${role}${scopeOf(key)}. It is shown this once; only its hash is kept, in ${server.keys}.`);
  console.log(text);
  return 0;
}

export interface ListGiven {
  readonly config: string;
}

export function listKeys({ config: file }: ListGiven): number {
  const keys = readKeyring(loadConfig(file).server.keys);
  for (const key of keys) {
    const { id, name, role, createdAt, revokedAt } = key;
    console.log(`${id}  ${role}${scopeOf(key)}  ${name}  since ${createdAt}${revokedAt === undefined ? '' : `, revoked ${revokedAt}`}`);
  }
  if (keys.length === 0) console.log('There are no keys.');
  return 0;
}

export function revokeKeyOf(id: string, { config: file }: ListGiven): number {
  const key = revokeKey(loadConfig(file).server.keys, id, clock.nowMs());
  console.log(`Key ${key.id} of ${key.name} is revoked. A sidecar that runs refuses it within a second.`);
  return 0;
}

function scopeOf({ entities, seesSensitive }: Pick<Caller, 'entities' | 'seesSensitive'>): string {
  return `${entities ? ` for ${entities.join(', ')}` : ''}${seesSensitive ? ' who sees sensitive fields' : ''}`;
}

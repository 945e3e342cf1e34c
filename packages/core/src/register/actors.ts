import { actorIdFrom, systemId, type ActorId, type SystemId } from '../ids.ts';

/** The author of resolutions. */
export const CONCORD: SystemId = systemId('concord');
/** The author of rulings: people at Concord's inbox. */
export const PERSON: SystemId = systemId('person');

/** There are as many actors as systems, and two more. */
const known = new Map<SystemId, ActorId>();
const KNOWN_MAX = 1000;

/** An actor id is the hex of the author's name, so that any Automerge tool shows who made a change. */
export function actorOf(author: SystemId): ActorId {
  const before = known.get(author);
  if (before !== undefined) return before;
  const name = author === CONCORD || author === PERSON ? author : `system:${author}`;
  // Names in a configuration are ASCII identifiers, so a character is a byte.
  const actor = actorIdFrom(Array.from(name, (letter) => letter.charCodeAt(0).toString(16).padStart(2, '0')).join(''));
  if (known.size < KNOWN_MAX) known.set(author, actor);
  return actor;
}

import { actorIdFrom, systemId, type ActorId, type SystemId } from '../ids.ts';

/** The author of resolutions. */
export const CONCORD: SystemId = systemId('concord');
/** The author of rulings: people at Concord's inbox. */
export const PERSON: SystemId = systemId('person');

/** An actor id is the hex of the author's name, so that any Automerge tool shows who made a change. */
export function actorOf(author: SystemId): ActorId {
  const name = author === CONCORD || author === PERSON ? author : `system:${author}`;
  // Names in a configuration are ASCII identifiers, so a character is a byte.
  return actorIdFrom(Array.from(name, (letter) => letter.charCodeAt(0).toString(16).padStart(2, '0')).join(''));
}

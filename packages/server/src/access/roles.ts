/** What a caller may do. Each role may do what those before it may. */
export const ROLES = ['reader', 'resolver', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Whoever asks, once it is known who that is. */
export interface Caller {
  /** The id of the key, or of whom a token is for. */
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** The entities that the caller may see; absent: all. */
  readonly entities?: readonly string[] | undefined;
  /** Whether the caller is told the values of sensitive fields; an admin always is. */
  readonly seesSensitive?: boolean | undefined;
  /** Until when a token is good. */
  readonly untilMs?: number | undefined;
}

export function isRole(word: string): word is Role {
  return ROLES.some((role) => role === word);
}

export function mayAs(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { Role } from '@concord/server';

const SECRETS = { reader: 'r', resolver: 's', operator: 'o', admin: 'a' } as const;
const SECRET_CHARS = 43;

/** A key that every town knows. */
export function keyOf(role: Role): string {
  return `concord_${idOf(role)}_${secretOf(role)}`;
}

/** For requests with everything that may be asked. */
export const AS_ADMIN = { authorization: `Bearer ${keyOf('admin')}` };

/** Writes the file of keys of a town. */
export function writeKeys(file: string): void {
  const keys = (['reader', 'resolver', 'operator', 'admin'] as const).map((role) => ({
    id: idOf(role),
    name: role,
    role,
    hash: createHash('sha256').update(secretOf(role)).digest('hex'),
    createdAt: '2026-01-01T00:00:00.000Z',
  }));
  writeFileSync(file, JSON.stringify({ keys }));
}

function secretOf(role: Role): string {
  return SECRETS[role].repeat(SECRET_CHARS);
}

function idOf(role: Role): string {
  return Buffer.from(role.padEnd(6, '-').slice(0, 6)).toString('hex');
}

import type { Change, Scalar, Values } from '../api/client.ts';

/** The merged values as they were with a version: what each one changed, one after another (RFC 6902, of which records need three operations on their members). */
export function valuesAt(history: readonly Change[], version: number): Values {
  const values: Record<string, Scalar> = {};
  for (const change of history) {
    if (change.version > version) break;
    for (const { op, path, value } of change.patch) {
      const name = path.slice(1).replaceAll('~1', '/').replaceAll('~0', '~');
      if (op === 'remove') delete values[name];
      else values[name] = scalarOf(value);
    }
  }
  return values;
}

function scalarOf(value: unknown): Scalar {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

/** Fields of a version, with what each was set to, and to what it came. */
export function fieldsOf(change: Change): readonly string[] {
  return [
    ...new Set([...change.edits.flatMap(({ values }) => Object.keys(values)), ...change.resolutions.flatMap(({ fields }) => fields)]),
  ];
}

/** The last version that set a field to this value, or brought it there: what it is restored by. */
export function versionTelling(history: readonly Change[], name: string, value: Scalar | undefined): number | undefined {
  const tells = (values: Values | undefined): boolean =>
    values !== undefined && name in values && (values[name] ?? null) === (value ?? null);
  return history.findLast(
    ({ edits, resolutions }) => edits.some((edit) => tells(edit.values)) || resolutions.some((told) => tells(told.values)),
  )?.version;
}

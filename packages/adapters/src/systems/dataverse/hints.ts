import { keyOf } from '@concord/core';
import type { Binding, Hint, Json } from '@concord/core';
import { isList, member, objectsOf, textOf } from '../../shared/json/look.ts';
import type { TableFacts } from './tables.ts';

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const HINTS_MAX = 1000;

/**
 * What a webhook of Dataverse points at. A body over 256 KB comes stripped of everything but names and ids, which is all that is used.
 * A body that does not name its table points at every entity; one of a table that is not mirrored, at none.
 */
export function hintsIn(
  body: Json,
  headers: Readonly<Record<string, string>>,
  bindings: readonly Binding[],
  known: (binding: Binding) => TableFacts | undefined,
): readonly Hint[] {
  if (isList(body)) return body.slice(0, HINTS_MAX).flatMap((item) => hintsIn(isList(item) ? null : item, headers, bindings, known));
  const table = (textOf(body, 'PrimaryEntityName') ?? headers['x-ms-dynamics-entity-name'])?.toLowerCase();
  const id = idIn(body);
  return bindings.flatMap((binding) => {
    const name = known(binding)?.logicalName;
    if (table === undefined || table === '' || name === undefined) return [{ entity: binding.entity }];
    if (name !== table) return [];
    return [id === undefined ? { entity: binding.entity } : { entity: binding.entity, key: keyOf(id) }];
  });
}

function idIn(body: Json): string | undefined {
  const target = objectsOf(body, 'InputParameters').find((item) => textOf(item, 'key') === 'Target');
  const id = textOf(body, 'PrimaryEntityId') ?? textOf(member(target, 'value'), 'Id');
  return id !== undefined && GUID.test(id) ? id.toLowerCase() : undefined;
}

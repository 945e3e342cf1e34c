import type { Binding, Hint, Json } from '@concord/core';
import { isList, textOf } from '../../shared/json/look.ts';
import type { TableFacts } from './tables.ts';

const HINTS_MAX = 1000;

/**
 * What a webhook of Dataverse points at: the feed of its table. Change tracking tells just what changed, so that one pull serves a whole
 * storm of messages, where reading each row would cost a request each. A body that does not name its table points at every entity; one
 * of a table that is not mirrored, at none.
 */
export function hintsIn(
  body: Json,
  headers: Readonly<Record<string, string>>,
  bindings: readonly Binding[],
  known: (binding: Binding) => TableFacts | undefined,
): readonly Hint[] {
  if (isList(body)) return body.slice(0, HINTS_MAX).flatMap((item) => hintsIn(isList(item) ? null : item, headers, bindings, known));
  const table = (textOf(body, 'PrimaryEntityName') ?? headers['x-ms-dynamics-entity-name'])?.toLowerCase();
  return bindings.flatMap((binding) => {
    const name = known(binding)?.logicalName;
    const isMeant = table === undefined || table === '' || name === undefined || name === table;
    return isMeant ? [{ entity: binding.entity }] : [];
  });
}

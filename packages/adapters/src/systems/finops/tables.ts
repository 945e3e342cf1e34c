import type { Binding, Trouble } from '@concord/core';
import { member, objectsOf, textOf } from '../../shared/json/look.ts';
import type { ODataClient } from '../../shared/odata/client.ts';
import { literal, query } from '../../shared/odata/literal.ts';

/** What the adapter must know of an entity that a binding does not say. */
export interface TableFacts {
  readonly kind: 'table';
  /** The key columns, in the order in which keys are written. */
  readonly keys: readonly [string, ...string[]];
}

export interface Tables {
  /** Asks the metadata once, and only for a binding that does not name its key columns. */
  of(binding: Binding): Promise<TableFacts | Trouble>;
  /** What is known by now. */
  readonly known: (binding: Binding) => TableFacts | undefined;
}

/** The column that holds the company. */
export const COMPANY = 'dataAreaId';

export function tables(client: ODataClient): Tables {
  const kept = new Map<string, TableFacts>();
  const known = (binding: Binding): TableFacts | undefined => kept.get(binding.set) ?? factsOf(binding.id ?? []);
  return {
    known,
    of: async (binding) => {
      const facts = known(binding) ?? (await ask(client, binding.set));
      if (facts.kind === 'table') kept.set(binding.set, facts);
      return facts;
    },
  };
}

function factsOf(columns: readonly string[]): TableFacts | undefined {
  const [first, ...rest] = columns;
  return first === undefined ? undefined : { kind: 'table', keys: [first, ...rest] };
}

/** `/Metadata/PublicEntities` is far smaller than `$metadata`. */
async function ask(client: ODataClient, set: string): Promise<TableFacts | Trouble> {
  const reply = await client.get(`Metadata/PublicEntities${query({ $filter: `EntitySetName eq ${literal(set)}` })}`);
  if (reply.kind !== 'answer') return reply;
  const found = objectsOf(reply.body, 'value').find((entity) => textOf(entity, 'EntitySetName') === set);
  const keys = objectsOf(found, 'Properties').filter((property) => member(property, 'IsKey') === true);
  const facts = factsOf(keys.flatMap((property) => textOf(property, 'Name') ?? []));
  if (facts) return facts;
  if (reply.status < 300) return { kind: 'drifted', words: `there is no data entity with the set name "${set}"` };
  return { kind: 'unreachable', words: reply.words };
}

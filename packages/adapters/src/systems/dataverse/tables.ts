import type { Binding, Trouble } from '@concord/core';
import { objectsOf, textOf } from '../../shared/json/look.ts';
import type { ODataClient } from '../../shared/odata/client.ts';
import { literal, query } from '../../shared/odata/literal.ts';

/** What the adapter must know of a table that a binding does not say. */
export interface TableFacts {
  readonly kind: 'table';
  readonly logicalName: string;
  /** The primary id column. */
  readonly id: string;
}

export interface Tables {
  /** Asks the metadata once, and only for a binding that does not name its id column. */
  of(binding: Binding): Promise<TableFacts | Trouble>;
  /** What is known by now. */
  readonly known: (binding: Binding) => TableFacts | undefined;
}

/** Facts of tables, asked for when they are first needed and kept for the life of the system. */
export function tables(client: ODataClient): Tables {
  const kept = new Map<string, TableFacts>();
  const known = (binding: Binding): TableFacts | undefined => kept.get(binding.set) ?? declared(binding);
  return {
    known,
    of: async (binding) => {
      const facts = known(binding) ?? (await ask(client, binding.set));
      if (facts.kind === 'table') kept.set(binding.set, facts);
      return facts;
    },
  };
}

// A table's id column is its logical name followed by "id", for every table but activities.
function declared({ id }: Binding): TableFacts | undefined {
  const [column] = id ?? [];
  return column === undefined ? undefined : { kind: 'table', id: column, logicalName: column.replace(/id$/, '') };
}

async function ask(client: ODataClient, set: string): Promise<TableFacts | Trouble> {
  const asked = query({ $select: 'LogicalName,EntitySetName,PrimaryIdAttribute', $filter: `EntitySetName eq ${literal(set)}` });
  const reply = await client.get(`EntityDefinitions${asked}`);
  if (reply.kind !== 'answer') return reply;
  const found = objectsOf(reply.body, 'value').find((table) => textOf(table, 'EntitySetName') === set);
  const logicalName = textOf(found, 'LogicalName');
  const id = textOf(found, 'PrimaryIdAttribute');
  if (logicalName !== undefined && id !== undefined) return { kind: 'table', logicalName, id };
  if (reply.status < 300) return { kind: 'drifted', words: `there is no table with the set name "${set}"` };
  return { kind: 'unreachable', words: reply.words };
}

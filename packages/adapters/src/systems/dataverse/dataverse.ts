import { must } from '@concord/core';
import type { Binding, EntityName, System, Trouble, Version } from '@concord/core';
import type { SystemContext } from '../../shared/opening.ts';
import { odataClient } from '../../shared/odata/client.ts';
import { gathering } from '../../shared/odata/gathering.ts';
import { BODY_BYTES_MAX } from '../../shared/odata/transport.ts';
import { tokensFor } from '../../shared/tokens/auth.ts';
import { create } from './create.ts';
import { describeTable } from './describe.ts';
import { dataverseDialect } from './dialect.ts';
import { pull } from './feed.ts';
import { hintsIn } from './hints.ts';
import type { DataverseOptions } from './options.ts';
import { readRow } from './read.ts';
import type { Place } from './read.ts';
import { privilegesHeld, type Held } from './rights.ts';
import { tables } from './tables.ts';
import { change } from './write.ts';

/** The Web API's version that this adapter speaks. */
const API = 'api/data/v9.2';

/** A Dataverse environment as a system. Facts of the wire: Dataverse Web API v9.2. */
export function dataverse(options: DataverseOptions, context: SystemContext): System {
  const now = context.now ?? Date.now;
  const tokens = tokensFor(options.auth, options.url, now);
  const root = `${options.url.replace(/\/+$/, '')}/${API}`;
  const client = gathering(
    odataClient({ root, tokens, now, timeoutMs: options.timeoutMs, bodyBytesMax: BODY_BYTES_MAX }),
    '$batch',
    options.batch,
  );
  const known = tables(client);
  const bindings = new Map(context.bindings.map((binding) => [binding.entity, binding]));
  const bindingOf = (entity: EntityName): Binding => must(bindings.get(entity), `"${entity}" is bound to ${context.id}`);

  const at = async <End>(entity: EntityName, go: (place: Place) => Promise<End>): Promise<End | Trouble> => {
    const binding = bindingOf(entity);
    const table = await known.of(binding);
    return table.kind === 'table' ? go({ client, binding, table }) : table;
  };

  /** Asked once for all tables: the answer is long. */
  let privileges: Promise<Held | undefined> | undefined;
  const held = (): Promise<Held | undefined> => (privileges ??= privilegesHeld(client));

  return {
    id: context.id,
    dialect: dataverseDialect,
    changes: (entity, from) => at(entity, ({ binding, table }) => pull(client, binding, table, from, options.pageRows)),
    read: (entity, key) => at(entity, (place) => readRow(place, key)),
    write: (write) => at(write.entity, (place) => (write.kind === 'create' ? create(place, write) : change(place, write))),
    hints: (body, headers) => hintsIn(body, headers, context.bindings, known.known),
    describe: (entity) => at(entity, ({ binding, table }) => describeTable(client, table, binding, held)),
    compareVersions,
    close: async () => {
      await Promise.all([client.close(), tokens.close()]);
    },
  };
}

/** Row versions come from one counter that only rises: `W/"501097"`. */
function compareVersions(a: Version, b: Version): number {
  const [left, right] = [numberIn(a), numberIn(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function numberIn(text: Version): bigint {
  return BigInt(/\d+/.exec(text)?.[0] ?? 0);
}

import { must } from '@concord/core';
import type { Binding, EntityName, System, Trouble } from '@concord/core';
import type { SystemContext } from '../../shared/opening.ts';
import { odataClient } from '../../shared/odata/client.ts';
import { gathering } from '../../shared/odata/gathering.ts';
import { BODY_BYTES_MAX } from '../../shared/odata/transport.ts';
import { tokensFor } from '../../shared/tokens/auth.ts';
import { create } from './create.ts';
import { describeEntity } from './describe.ts';
import { finopsDialect } from './dialect.ts';
import { pull } from './feed.ts';
import { hintsIn } from './hints.ts';
import type { FinopsOptions } from './options.ts';
import type { Place } from './place.ts';
import { readRow } from './read.ts';
import { tables } from './tables.ts';
import { change } from './write.ts';

/** One company of a finance and operations environment as a system. Facts of the wire: its OData service under `/data`. */
export function finops(options: FinopsOptions, context: SystemContext): System {
  const now = context.now ?? Date.now;
  const { company } = options;
  const tokens = tokensFor(options.auth, options.url, now);
  const client = gathering(
    odataClient({ root: options.url, tokens, now, timeoutMs: options.timeoutMs, bodyBytesMax: BODY_BYTES_MAX }),
    'data/$batch',
    options.batch,
  );
  const known = tables(client);
  const bindings = new Map(context.bindings.map((binding) => [binding.entity, binding]));
  const bindingOf = (entity: EntityName): Binding => must(bindings.get(entity), `"${entity}" is bound to ${context.id}`);

  const at = async <End>(entity: EntityName, go: (place: Place) => Promise<End>): Promise<End | Trouble> => {
    const binding = bindingOf(entity);
    const table = await known.of(binding);
    return table.kind === 'table' ? go({ client, binding, table, company }) : table;
  };

  return {
    id: context.id,
    dialect: finopsDialect,
    changes: (entity, from) => at(entity, (place) => pull(place, from, { ...options, nowMs: now() })),
    read: (entity, key) => at(entity, (place) => readRow(place, key)),
    write: (write) => at(write.entity, (place) => (write.kind === 'create' ? create(place, write) : change(place, write))),
    hints: (body) => hintsIn(body, { bindings: context.bindings, company, known: known.known }),
    describe: (entity) => describeEntity(client, bindingOf(entity).set),
    close: async () => {
      await Promise.all([client.close(), tokens.close()]);
    },
  };
}

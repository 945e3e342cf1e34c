import type { Config, FieldMap, PolicySpec, TableMap } from '@concord/core';

/**
 * The configuration that runs, without anything that may be a secret: of systems their adapter alone, and nothing that variables were filled
 * into.
 */
export function tellConfiguration({ file, systems, entities, policies, ledger, compare, server, limits }: Config) {
  return {
    file,
    systems: Object.fromEntries(
      Object.values(systems).map(({ id, adapter, label }) => [
        id,
        { adapter, ...(label === undefined ? {} : { label }), hookSecret: id in server.hooks },
      ]),
    ),
    entities: Object.fromEntries(entities.map((map) => [map.entity, tellEntity(map)])),
    policies: Object.fromEntries(Object.entries(policies).map(([name, { module }]) => [name, { module }])),
    ledger,
    ...(compare ? { compare } : {}),
    server: { host: server.host, port: server.port },
    limits: { ...limits },
  };
}

function tellEntity({ sides, key, delete: deleted, registers, filter, derived = [], invariants = [] }: TableMap) {
  const computed = new Map(derived.map(({ field, text }) => [field, text]));
  return {
    key: [...key],
    delete: typeof deleted === 'string' ? deleted : { ...deleted },
    systems: Object.fromEntries(Object.values(sides).map(({ system, set, only }) => [system, { set, ...(only ? { only } : {}) }])),
    ...(filter === undefined ? {} : { filter }),
    invariants: invariants.map(({ check }) => check),
    fields: Object.fromEntries(
      registers.flatMap(({ name, fields, policy }) =>
        fields.map((field) => {
          const how = computed.has(name) ? { computed: computed.get(name) } : { policy: wordsOf(policy) };
          return [field.name, { ...tellField(field), ...(fields.length > 1 ? { group: name } : {}), ...how }] as const;
        }),
      ),
    ),
  };
}

function tellField({ type, sides }: FieldMap) {
  const columns = Object.entries(sides).map(([system, { column, only }]) => [system, { column, ...(only ? { only } : {}) }] as const);
  const [symbols] = Object.values(sides).flatMap(({ values }) => (values ? [Object.keys(values)] : []));
  return { type: type.kind, ...(symbols ? { symbols } : {}), systems: Object.fromEntries(columns) };
}

function wordsOf({ name, options }: PolicySpec): unknown {
  return options === undefined ? name : { [name]: options };
}

import { z } from 'zod';
import { policies } from '../policy/registry.ts';
import { innerPolicy } from '../policy/spec.ts';
import type { JsonObject } from '../values.ts';
import { alertsShape } from './alerts.ts';
import { tracingShape } from './tracing.ts';
import { NAME_PATTERN } from './names.ts';
import {
  customPolicyShape,
  entityShape,
  fieldShape,
  groupShape,
  invariantShape,
  compareShape,
  evolveShape,
  ledgerShape,
  limitsShape,
  rootShape,
  serverShape,
  sideShape,
  systemShape,
  tableSideShape,
} from './shapes.ts';

/**
 * The configuration's form as a JSON Schema, from which editors complete and check while somebody writes. It knows forms, not names:
 * whether a field or a system exists is seen only when the configuration is parsed.
 */
export function configJsonSchema(): JsonObject {
  const name = z.string().regex(NAME_PATTERN);
  const policy = policyForms();
  const field = fieldShape.extend({ policy: policy.optional() }).catchall(sideShape).describe('A field, and its column in each system.');
  const entity = entityShape
    .extend({
      fields: z.record(name, field),
      groups: z.record(name, groupShape.extend({ policy: policy.optional() })).default({}),
      invariants: z.array(invariantShape).default([]),
    })
    .catchall(tableSideShape)
    .describe('A kind of record that is mirrored, and what it is in each system.');
  const root = rootShape.extend({
    systems: z.record(name, systemShape),
    entities: z.record(name, entity),
    policies: z.record(name, customPolicyShape).default({}),
    ledger: ledgerShape.optional(),
    compare: compareShape.optional(),
    evolve: evolveShape.optional(),
    server: serverShape.optional(),
    limits: limitsShape.optional(),
    alerts: alertsShape.optional(),
    tracing: tracingShape.optional(),
  });
  const made = z.toJSONSchema(root, {
    target: 'draft-2020-12',
    io: 'input',
    // Within a policy there may be another, with all its forms again: they are told once, by name.
    override: ({ zodSchema, jsonSchema }) => {
      if (!('def' in zodSchema) || zodSchema.def !== innerPolicy.def) return;
      delete jsonSchema.anyOf;
      jsonSchema.$ref = '#/$defs/policy';
    },
  });
  const schema: JsonObject = JSON.parse(JSON.stringify(made));
  return { title: 'Concord configuration', ...schema };
}

/** Each policy by its bare name, where that is enough, and with its options. */
function policyForms(): z.ZodType {
  const forms = Object.values(policies).flatMap((kind) => {
    const bare = z.literal(kind.name).describe(kind.summary);
    if (kind.options instanceof z.ZodUndefined) return [bare];
    const options = kind.options instanceof z.ZodOptional ? kind.options.unwrap() : kind.options;
    const full = z.strictObject({ [kind.name]: options }).describe(kind.summary);
    return kind.options.safeParse(undefined).success ? [bare, full] : [full];
  });
  const own = z
    .union([z.string().regex(NAME_PATTERN), z.record(z.string().regex(NAME_PATTERN), z.json())])
    .describe('One of your own, by its name in policies.');
  return z
    .union([...forms, own])
    .describe('How concurrent edits are decided; default latest.')
    .meta({ id: 'policy' });
}

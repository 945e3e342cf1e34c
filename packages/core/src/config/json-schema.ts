import { z } from 'zod';
import { policies } from '../policy/registry.ts';
import type { JsonObject } from '../values.ts';
import { NAME_PATTERN } from './names.ts';
import {
  customPolicyShape,
  entityShape,
  fieldShape,
  groupShape,
  invariantShape,
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
    server: serverShape.optional(),
    limits: limitsShape.optional(),
  });
  const schema: JsonObject = JSON.parse(JSON.stringify(z.toJSONSchema(root, { target: 'draft-2020-12', io: 'input' })));
  return { title: 'Concord configuration', ...schema };
}

/** Each policy by its bare name, where that is enough, and with its options. */
function policyForms(): z.ZodType {
  const forms = Object.values(policies).flatMap((kind) => {
    const bare = z.literal(kind.name).describe(kind.summary);
    const full = z.strictObject({ [kind.name]: kind.options }).describe(kind.summary);
    if (kind.options instanceof z.ZodUndefined) return [bare];
    return kind.options.safeParse(undefined).success ? [bare, full] : [full];
  });
  const own = z
    .union([z.string().regex(NAME_PATTERN), z.record(z.string().regex(NAME_PATTERN), z.json())])
    .describe('One of your own, by its name in policies.');
  return z.union([...forms, own]).describe('How concurrent edits are decided; default latest.');
}

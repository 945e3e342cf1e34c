import { makePolicy, policies, type Around, type Finding, type Made, type Registry } from '@concord/core';

/** What a policy is tried in, where a test does not say otherwise: three systems, and some fields for conditions to read. */
const AROUND: Around = {
  type: { kind: 'text' },
  own: ['field'],
  fields: {
    field: { kind: 'text' },
    status: { kind: 'choice' },
    total: { kind: 'decimal', scale: 2 },
    closed: { kind: 'yesno' },
  },
  systems: ['ce', 'erp', 'fno', 'pos'],
};

/** A policy of the registry, made ready; what is wrong with its options is thrown. */
export function madeOf(name: string, options: unknown, around: Partial<Around> = {}, registry: Registry = policies): Made {
  const type = around.type ?? AROUND.type;
  const own = typeof type === 'string' ? {} : { field: type };
  const { made, findings } = makePolicy(registry, { name, options }, { ...AROUND, fields: { ...AROUND.fields, ...own }, ...around });
  const wrong = findings.filter((finding) => finding.kind !== 'warning');
  if (!made || wrong.length > 0) throw new Error(`"${name}" cannot be made: ${wrong.map(told).join(' ')}`);
  return made;
}

function told(finding: Finding): string {
  return finding.kind === 'form' ? finding.issues.map(({ message }) => message).join(' ') : finding.text;
}

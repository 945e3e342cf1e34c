import { scalar, type EntityDraft, type FieldDraft } from './convert.ts';

const HEAD = `# Made from table maps of dual-write. What needs a decision is marked DECIDE; look through each, then: concord check <this file>
#
# Dual-write lets the last save of a row win. Here each field is merged by itself, and where no policy is named, the latest edit of it wins;
# whatever loses stays in the history. Stop a table map in dual-write before Concord mirrors it: two that mirror one table undo each other.

systems:
  fno:
    adapter: finops
    url: \${FNO_URL}
    company: \${FNO_COMPANY} # DECIDE: one sidecar mirrors one company
    auth: { tenant: '\${TENANT}', client: '\${CLIENT}', secret: '\${FNO_SECRET}' }
  ce:
    adapter: dataverse
    url: \${CE_URL}
    auth: { tenant: '\${TENANT}', client: '\${CLIENT}', secret: '\${CE_SECRET}' }

entities:
`;

/** The drafts as the text of a configuration. */
export function configurationOf(entities: readonly EntityDraft[]): string {
  return HEAD + entities.map(entityText).join('\n');
}

/** How many places of it need a decision. */
export function decisionsIn(text: string): number {
  return text.split('\n').filter((line) => line.includes('# DECIDE')).length;
}

function entityText({ name, set, constants, key, fields, decide }: EntityDraft): string {
  const told = Object.entries(constants).map(([column, value]) => `${scalar(column)}: ${scalar(value)}`);
  const lines = [
    `  ${name}:`,
    ...decide.map((words) => `    # DECIDE: ${words}`),
    `    fno: { set: ${scalar(set.fno)} }`,
    `    ce: { set: ${scalar(set.ce)}${told.length > 0 ? `, constants: { ${told.join(', ')} }` : ''} }`,
    ...(key.length > 0 ? [`    key: [company, ${key.join(', ')}]`] : []),
    '    fields:',
    ...fields.flatMap(fieldLines),
  ];
  // With no field that can be used as it is, the entity waits as a whole.
  const isOff = fields.every((field) => field.isOff);
  return `${(isOff ? lines.map((line) => line.replace(/^( *)(?!\s*#)/u, '$1# ')) : lines).join('\n')}\n`;
}

function fieldLines({ name, words, decide, isOff }: FieldDraft): readonly string[] {
  const line = `${name}: { ${words.join(', ')} }`;
  return [...decide.map((one) => `      # DECIDE: ${one}`), isOff ? `      # ${line}` : `      ${line}`];
}

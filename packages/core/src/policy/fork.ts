import { z } from 'zod';
import { ask, through } from './answers.ts';
import { definePolicy } from './kind.ts';
import { block, innerPolicy, type PolicySpec } from './spec.ts';

const options = block({
  into: z.string().describe('The entity of which a record is made for every value that loses.'),
  field: z.string().describe('Its field that takes the value.'),
  link: z.string().describe('Its reference field that leads back to this record.'),
  then: innerPolicy.default('latest').describe('Decides which value stays; default latest.'),
}).describe('Where losing values go, and which policy decides what stays.');

/** Where the values that lose go. */
export type ForkWords = Pick<z.output<typeof options>, 'into' | 'field' | 'link'>;

/** Takes both: one value stays, and of each that loses a record of its own is made, which leads back to this one. */
export const fork = definePolicy({
  name: 'fork',
  summary: 'One value stays; of each that loses a record of its own is made.',
  suits: ['text', 'integer', 'decimal', 'date', 'datetime', 'choice', 'choices', 'yesno', 'json'],
  outermost: true,
  options,
  make: (rules, setting) => {
    const inner = setting.inner(rules.then, ['then']);
    if (inner.traits.synthetic || inner.traits.local)
      setting.wrong(
        ['then'],
        'This policy does not choose between values, so that none of them loses.',
        'Use one that chooses, such as latest.',
      );
    return (view) => through('fork', ask(inner, view), view.frontier.length > 1 ? `what loses becomes a ${rules.into}` : undefined);
  },
});

/** What a policy says of where losing values go; `undefined` for every other policy. */
export function forkOf({ name, options: raw }: PolicySpec): ForkWords | undefined {
  if (name !== fork.name) return undefined;
  const read = options.safeParse(raw);
  return read.success ? read.data : undefined;
}

import { parseConfig } from '@concord/core';
import { expect, test } from 'vitest';
import { ENV, SAMPLE } from './sample.ts';

const parse = (tracing: string) =>
  parseConfig(`${SAMPLE}tracing: ${tracing}\n`, { file: 'concord.yaml', env: { ...ENV, OTLP: 'Bearer x', COLLECTOR: 'http://c:4318' } });

test('an endpoint is all that is needed', () => {
  const parsed = parse('{ endpoint: "${COLLECTOR}", headers: { authorization: "${OTLP}" } }');
  expect(parsed.kind === 'ok' && parsed.config.tracing).toEqual({
    endpoint: 'http://c:4318',
    service: 'concord',
    sample: 1,
    headers: { authorization: 'Bearer x' },
  });
});

const wrong: readonly (readonly [title: string, tracing: string, words: string])[] = [
  ['no endpoint', '{ sample: 1 }', '"endpoint" is missing'],
  ['an endpoint that is no address', '{ endpoint: collector }', 'begins with https://'],
  ['a secret in the file', '{ endpoint: "http://c", headers: { authorization: abc } }', 'a secret does not belong in the file'],
  ['a header that HTTP does not know', '{ endpoint: "http://c", headers: { "a b": "${OTLP}" } }', 'tracing.headers'],
  ['a share of more than all', '{ endpoint: "http://c", sample: 2 }', 'tracing.sample'],
  ['what is not known', '{ endpoint: "http://c", sampler: 1 }', '"sampler" is not known here.'],
];

test.each(wrong)('%s is refused', (_title, tracing, words) => {
  const parsed = parse(tracing);
  const faults = parsed.kind === 'faults' ? parsed.faults.map(({ path, text, suggestion }) => `${path}: ${text} ${suggestion ?? ''}`) : [];
  expect(faults.join('\n')).toContain(words);
});

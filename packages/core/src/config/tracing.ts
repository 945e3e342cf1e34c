import { z } from 'zod';
import { block } from '../policy/spec.ts';
import { secretShape } from './shapes.ts';

const TEXT_CHARS_MAX = 256;
const HEADERS_MAX = 20;
/** As HTTP has it. */
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/u;

const headers = z
  .record(z.string().regex(HEADER_NAME, 'Expected the name of a header'), secretShape)
  .refine((given) => Object.keys(given).length <= HEADERS_MAX, `Expected at most ${HEADERS_MAX} headers`);

export const tracingShape = block({
  endpoint: z
    .string()
    .max(TEXT_CHARS_MAX)
    .regex(/^(?:https?:\/\/[^\s/]|\$\{\w+\}$)/u, 'Expected an address that begins with https:// or http://')
    .describe('The collector, as an address that takes OTLP over HTTP; without a path, /v1/traces is put behind it.'),
  service: z.string().min(1).max(TEXT_CHARS_MAX).default('concord').describe('What the sidecar is called in traces; default concord.'),
  sample: z.number().min(0).max(1).default(1).describe('The share of traces that are told; default 1, all.'),
  headers: headers.default({}).describe('Sent along to the collector, each value as a variable.'),
}).describe('Where the way of each change is told, hop by hop (OpenTelemetry).');

/** Holds secrets: not for logs or answers. */
export type TracingConfig = z.output<typeof tracingShape>;

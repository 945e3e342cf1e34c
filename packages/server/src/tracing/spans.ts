import {
  isSpanContextValid,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes as OtelAttributes,
  type SpanContext,
  type Tracer,
} from '@opentelemetry/api';
import type { Attributes, Tracing } from '@concord/core';

/** The hops of changes as spans of OpenTelemetry. What ties them together is passed along by the engine, so no context manager is needed. */
export function spansBy(tracer: Tracer): Tracing {
  return {
    nowMs: () => performance.timeOrigin + performance.now(),
    begin(hop, atMs, attributes, from, also) {
      // Of a trace that is not told, no hop is: most of the cost of a small share is saved here.
      if (from?.endsWith(NOT_SAMPLED)) return { traceparent: from, end: () => undefined };
      const parent = from === undefined ? undefined : placeOf(from);
      const links = also.flatMap((one) => placeOf(one) ?? []).map((context) => ({ context }));
      const span = tracer.startSpan(
        `concord.${hop}`,
        {
          kind: hop === 'deliver' ? SpanKind.CLIENT : SpanKind.INTERNAL,
          startTime: atMs,
          attributes: told(attributes),
          ...(links.length > 0 ? { links } : {}),
        },
        parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT,
      );
      const { traceId, spanId, traceFlags } = span.spanContext();
      return {
        traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`,
        end(endMs, more, isFailure) {
          span.setAttributes(told(more));
          if (isFailure) span.setStatus({ code: SpanStatusCode.ERROR });
          span.end(endMs);
        },
      };
    },
  };
}

const NOT_SAMPLED = '-00';
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/u;

function placeOf(traceparent: string): SpanContext | undefined {
  const [, traceId = '', spanId = '', flags = ''] = TRACEPARENT.exec(traceparent) ?? [];
  const context = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) };
  return isSpanContextValid(context) ? context : undefined;
}

/** What is empty is left out. */
function told(attributes: Attributes): OtelAttributes {
  const all: OtelAttributes = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value !== 'object') all[name] = value;
    else if (value.length > 0) all[name] = [...value];
  }
  return all;
}

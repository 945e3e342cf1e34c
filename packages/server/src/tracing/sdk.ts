import type { Tracer } from '@opentelemetry/api';

/** What the exporter and the sampler are told; what is absent stands in OTEL_* variables of the environment. */
export interface SdkOptions {
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** In place of what the environment says. */
  readonly service?: string;
  /** The share of traces that are told. */
  readonly sample: number;
}

export interface Sdk {
  readonly tracer: Tracer;
  /** Sends what is left, if it can be sent soon. */
  close(): Promise<void>;
}

/** Nobody waits longer for a collector; what it did not take is let go. */
const EXPORT_MS_MAX = 3000;
const SERVICE_DEFAULT = 'concord';

/** Loads and starts what sends spans to a collector. Throws where it is not installed. It is not registered: nobody else's spans go through it. */
export async function startSdk({ url, headers, service, sample }: SdkOptions, failed: () => void): Promise<Sdk> {
  const [{ OTLPTraceExporter }, { detectResources, envDetector, resourceFromAttributes }, sdk] = await Promise.all([
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/sdk-trace'),
  ]);
  const exporter = new OTLPTraceExporter({
    timeoutMillis: EXPORT_MS_MAX,
    ...(url === undefined ? {} : { url }),
    ...(headers === undefined ? {} : { headers: { ...headers } }),
  });
  const named = (name: string) => resourceFromAttributes({ 'service.name': name });
  const surroundings = named(SERVICE_DEFAULT).merge(detectResources({ detectors: [envDetector] }));
  const provider = new sdk.TracerProvider({
    resource: service === undefined ? surroundings : surroundings.merge(named(service)),
    sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(sample) }),
    spanProcessors: [
      new sdk.BatchSpanProcessor({
        exporter: {
          export: (spans, done) =>
            exporter.export(spans, (result) => {
              if (result.error) failed();
              done(result);
            }),
          forceFlush: () => exporter.forceFlush(),
          shutdown: () => exporter.shutdown(),
        },
        exportTimeoutMillis: EXPORT_MS_MAX,
      }),
    ],
  });
  return { tracer: provider.getTracer('concord'), close: () => provider.shutdown().catch(failed) };
}

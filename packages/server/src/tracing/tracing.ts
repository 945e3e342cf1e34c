import { isSpanContextValid, trace } from '@opentelemetry/api';
import { ConcordError, messageOf, type Complaint, type Config, type Tracing } from '@concord/core';
import { configWrong } from '../config-wrong.ts';
import { startSdk, type SdkOptions } from './sdk.ts';
import { spansBy } from './spans.ts';

export interface OpenedTracing {
  /** For the engine. */
  readonly given: { readonly tracing: Tracing };
  /** Sends what is left. */
  close(): Promise<void>;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where `concord.yaml`, the environment, or an SDK that was loaded before Concord has traces go; `undefined` where nobody watches. */
export async function openTracing(
  config: Config,
  env: Environment,
  warn: (words: string) => void,
  start: typeof startSdk = startSdk,
): Promise<OpenedTracing | undefined> {
  const [fault] = tracingFaults(config);
  if (fault !== undefined) throw configWrong(config.file, [fault]);
  if (!config.tracing && isRegistered()) return { given: { tracing: spansBy(trace.getTracer('concord')) }, close: () => Promise.resolve() };
  const asked = config.tracing ? asConfigured(config.tracing) : asSurrounded(env);
  if (!asked) return undefined;
  try {
    const { tracer, close } = await start(
      asked.options,
      seldom(() => warn(`traces do not reach ${asked.place}`)),
    );
    return { given: { tracing: spansBy(tracer) }, close };
  } catch (cause) {
    const words = messageOf(cause);
    if (config.tracing) throw new ConcordError('TRACING_NOT_INSTALLED', { endpoint: asked.place, words }, cause);
    // A variable of the environment is often set for many programs at once, and no reason not to start.
    warn(`traces are not told, though the environment asks for them: ${words}`);
    return undefined;
  }
}

/** What the variables of the section hold amiss. */
export function tracingFaults({ tracing }: Pick<Config, 'tracing'>): readonly Complaint[] {
  if (!tracing || URL.canParse(tracing.endpoint)) return [];
  return [{ path: ['tracing', 'endpoint'], at: 'value', text: 'This is no http or https address.' }];
}

interface Asked {
  /** For people; without what may be secret in an address. */
  readonly place: string;
  readonly options: SdkOptions;
}

function asConfigured({ endpoint, service, sample, headers }: NonNullable<Config['tracing']>): Asked {
  const url = new URL(endpoint);
  if (url.pathname === '/') url.pathname = '/v1/traces';
  return { place: url.origin, options: { url: url.href, service, sample, headers } };
}

/** The variables that every SDK of OpenTelemetry knows; those of the exporter it reads itself. */
function asSurrounded(env: Environment): Asked | undefined {
  const isOff = env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true' || env['OTEL_TRACES_EXPORTER'] === 'none';
  const endpoint = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] ?? env['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? '';
  if (isOff || !URL.canParse(endpoint)) return undefined;
  return { place: new URL(endpoint).origin, options: { sample: shareIn(env) } };
}

function shareIn(env: Environment): number {
  const sampler = env['OTEL_TRACES_SAMPLER'] ?? '';
  if (sampler.endsWith('always_off')) return 0;
  const share = Number(env['OTEL_TRACES_SAMPLER_ARG'] ?? 1);
  return sampler.endsWith('traceidratio') && share >= 0 && share <= 1 ? share : 1;
}

/** Without an SDK every span has an id of noughts. */
function isRegistered(): boolean {
  return isSpanContextValid(trace.getTracer('concord').startSpan('concord.start').spanContext());
}

const TOLD_EVERY_MS = 60_000;

/** A collector that is away is told of once in a while. */
function seldom(tell: () => void): () => void {
  let toldAtMs = Number.NEGATIVE_INFINITY;
  return () => {
    if (performance.now() - toldAtMs < TOLD_EVERY_MS) return;
    toldAtMs = performance.now();
    tell();
  };
}

import type { Answer } from '../wire/answer.ts';
import { CODES, errorAnswer } from './errors.ts';
import type { DataverseSettings } from './settings.ts';

/** The three service-protection limits, counted for each principal. */
export interface Limits {
  /** Counts a request as begun, or answers why it is one too many; then it has not begun and does not end. */
  begin(client: string, settings: DataverseSettings): Answer | undefined;
  end(client: string, tookMs: number): void;
}

interface Slice {
  readonly second: number;
  requests: number;
  executionMs: number;
}

interface Usage {
  running: number;
  slices: Slice[];
}

/** Uses are kept by the second: exact enough for a window of minutes, and small. */
export function limits(nowMs: () => number): Limits {
  const usages = new Map<string, Usage>();
  const usageOf = (client: string): Usage => {
    const usage = usages.get(client) ?? { running: 0, slices: [] };
    usages.set(client, usage);
    return usage;
  };
  return {
    begin(client, settings) {
      const usage = usageOf(client);
      usage.running += 1;
      const second = Math.floor(nowMs() / 1_000);
      usage.slices = usage.slices.filter((slice) => slice.second > second - settings.windowMs / 1_000 && slice.second <= second);
      const over = excess(usage, settings, second);
      if (over === undefined) sliceAt(usage, second).requests += 1;
      else usage.running -= 1;
      return over;
    },
    end(client, tookMs) {
      const usage = usageOf(client);
      usage.running -= 1;
      sliceAt(usage, Math.floor(nowMs() / 1_000)).executionMs += tookMs;
    },
  };
}

function sliceAt(usage: Usage, second: number): Slice {
  const last = usage.slices.at(-1);
  if (last?.second === second) return last;
  const slice = { second, requests: 0, executionMs: 0 };
  usage.slices.push(slice);
  return slice;
}

function excess(usage: Usage, settings: DataverseSettings, second: number): Answer | undefined {
  const oldest = usage.slices[0]?.second ?? second;
  const wait = Math.max(1, oldest + Math.ceil(settings.windowMs / 1_000) - second);
  const windowSeconds = settings.windowMs / 1_000;
  const requests = usage.slices.reduce((sum, slice) => sum + slice.requests, 0);
  if (requests >= settings.requestsMax)
    return tooMany(
      CODES.requests,
      `Number of requests exceeded the limit of ${settings.requestsMax} over time window of ${windowSeconds} seconds.`,
      wait,
    );
  const executionMs = usage.slices.reduce((sum, slice) => sum + slice.executionMs, 0);
  if (executionMs >= settings.executionMsMax) return tooMany(CODES.executionTime, executionWords(settings), wait);
  if (usage.running <= settings.concurrentMax) return undefined;
  return tooMany(CODES.concurrency, `Number of concurrent requests exceeded the limit of ${settings.concurrentMax}.`, 1);
}

const executionWords = (settings: DataverseSettings): string =>
  `Combined execution time of incoming requests exceeded limit of ${settings.executionMsMax.toLocaleString('en-US')} milliseconds over time window of ${settings.windowMs / 1_000} seconds. Decrease number of concurrent requests or reduce the duration of requests and try again later.`;

export const tooMany = (code: string, words: string, retryAfterSeconds: number): Answer =>
  errorAnswer(429, code, words, { 'Retry-After': String(retryAfterSeconds) });

import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import type { Chance } from './chance.ts';
import type { Tally } from './stats.ts';

const HOOKS_MAX = 100;
const WAITING_MAX = 100_000;
const REORDER_WAIT_MS_MAX = 30;

const hookSchema = z.strictObject({
  url: z.url(),
  /** Absent: every set. */
  set: z.string().optional(),
  /** `Create`, `Update`, `Delete`, or F&O's `OnExternalCreated` and so on; absent: all. */
  messages: z.array(z.string()).optional(),
  /** F&O: data events unless told otherwise. */
  kind: z.enum(['data', 'business']).optional(),
  /** Headers that the receiver checks (authentication type HttpHeader). */
  headers: z.record(z.string(), z.string()).optional(),
  /** Added to the URL as `code` (authentication type WebhookKey). */
  code: z.string().optional(),
});

const hookFaultsSchema = z.strictObject({
  /** Probabilities, 0 to 1. */
  duplicate: z.number().min(0).max(1).optional(),
  reorder: z.number().min(0).max(1).optional(),
  drop: z.number().min(0).max(1).optional(),
  /** As if the message were larger than the system sends whole. */
  oversize: z.number().min(0).max(1).optional(),
  delayMs: z.number().min(0).max(600_000).optional(),
});

export type Hook = z.infer<typeof hookSchema>;
export type HookFaults = z.infer<typeof hookFaultsSchema>;

/** Both throw when it is not valid. */
export const parseHook = (json: unknown): Hook => hookSchema.parse(json);
export const parseHookFaults = (json: unknown): HookFaults => hookFaultsSchema.parse(json);

export interface HookBoard {
  /** Answers the hook's id. Throws when the hook is not valid. */
  add(hook: Hook): string;
  remove(id?: string): void;
  list(): readonly (Hook & { readonly id: string })[];
  /** Replaces what goes wrong with messages. */
  faults(faults: HookFaults): void;
  /** Ends when every message that a commit caused has been sent, dropped or given up. */
  idle(): Promise<void>;
}

/** One message to be sent to the hooks that want it. */
export interface HookMessage {
  readonly set: string;
  readonly message: string;
  readonly kind: 'data' | 'business';
  /** Made when it is sent. `oversize` asks for the form that a too large message takes. */
  render(oversize: boolean): { readonly headers: Readonly<Record<string, string>>; readonly body: string };
}

/** How the system treats an answer. */
export interface HookRules {
  readonly timeoutMs: number;
  readonly attemptsMax: number;
  readonly waitMs: number;
  retries(status: number): boolean;
}

export interface HookSender extends HookBoard {
  send(message: HookMessage): void;
  close(): Promise<void>;
}

interface Line {
  readonly hook: Hook;
  readonly waiting: HookMessage[];
  held: HookMessage | undefined;
  running: Promise<void> | undefined;
}

/** Sends hooks after commits, each hook's messages one after another. */
export function hookSender(rules: HookRules, chance: Chance, tally: Tally): HookSender {
  const lines = new Map<string, Line>();
  const closing = new AbortController();
  let faults: HookFaults = {};
  let numbered = 0;
  const strikes = (probability: number | undefined): boolean => probability !== undefined && chance.next() < probability;

  const post = async (hook: Hook, message: HookMessage): Promise<void> => {
    const { headers, body } = message.render(strikes(faults.oversize));
    for (let attempt = 1; attempt <= rules.attemptsMax; attempt += 1) {
      const status = await postOnce(hook, headers, body, rules.timeoutMs, closing.signal);
      if (status >= 200 && status < 300) return tally.hook('sent');
      if (!rules.retries(status)) break;
      if (attempt < rules.attemptsMax) await pause(rules.waitMs, closing.signal);
    }
    tally.hook('failed');
  };

  const run = async (line: Line): Promise<void> => {
    while (!closing.signal.aborted) {
      const message = line.waiting.shift() ?? (await late(line, closing.signal));
      if (message === undefined) break;
      if (faults.delayMs !== undefined) await pause(faults.delayMs, closing.signal);
      await post(line.hook, message);
      if (strikes(faults.duplicate)) await post(line.hook, message);
    }
    line.running = undefined;
  };

  const enqueue = (line: Line, message: HookMessage): void => {
    if (line.waiting.length >= WAITING_MAX || strikes(faults.drop)) return tally.hook('dropped');
    if (line.held === undefined && strikes(faults.reorder)) line.held = message;
    else {
      line.waiting.push(message, ...(line.held === undefined ? [] : [line.held]));
      line.held = undefined;
    }
    line.running ??= run(line);
  };

  return {
    add(given) {
      const hook = parseHook(given);
      if (lines.size >= HOOKS_MAX) throw new Error(`There are ${HOOKS_MAX} hooks already. Remove some first.`);
      const id = `hook-${(numbered += 1)}`;
      lines.set(id, { hook, waiting: [], held: undefined, running: undefined });
      return id;
    },
    remove(id) {
      if (id === undefined) lines.clear();
      else lines.delete(id);
    },
    list: () => [...lines].map(([id, line]) => ({ ...line.hook, id })),
    faults(given) {
      faults = parseHookFaults(given);
    },
    send(message) {
      for (const line of lines.values()) if (wants(line.hook, message)) enqueue(line, message);
    },
    async idle() {
      for (const line of lines.values()) while (line.running !== undefined) await line.running;
    },
    async close() {
      closing.abort();
      for (const line of lines.values()) await line.running;
    },
  };
}

function wants(hook: Hook, message: HookMessage): boolean {
  if ((hook.kind ?? 'data') !== message.kind) return false;
  return (hook.set === undefined || hook.set === message.set) && (hook.messages?.includes(message.message) ?? true);
}

/** A message that is held back to arrive late goes out alone when nothing comes to overtake it. */
async function late(line: Line, signal: AbortSignal): Promise<HookMessage | undefined> {
  if (line.held === undefined) return undefined;
  await pause(REORDER_WAIT_MS_MAX, signal);
  const message = line.waiting.shift() ?? line.held;
  if (message === line.held) line.held = undefined;
  return message;
}

/** Answers the status, 0 when there was no answer. */
async function postOnce(
  hook: Hook,
  headers: Readonly<Record<string, string>>,
  body: string,
  timeoutMs: number,
  closing: AbortSignal,
): Promise<number> {
  const url = new URL(hook.url);
  if (hook.code !== undefined) url.searchParams.set('code', hook.code);
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json; charset=utf-8', ...headers, ...hook.headers },
      body,
      signal: AbortSignal.any([closing, AbortSignal.timeout(timeoutMs)]),
    });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return 0;
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => undefined);
}

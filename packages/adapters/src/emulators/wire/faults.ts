import { z } from 'zod';
import type { Chance } from './chance.ts';

const RULES_MAX = 1_000;

const actionSchema = z.discriminatedUnion('kind', [
  /** Any status, without doing anything. */
  z.strictObject({
    kind: z.literal('status'),
    status: z.number().int().min(400).max(599),
    retryAfterSeconds: z.number().min(0).optional(),
    words: z.string().optional(),
  }),
  /** 429 in the system's own words. */
  z.strictObject({ kind: z.literal('throttled'), retryAfterSeconds: z.number().min(0).optional() }),
  /** The system's own answer to a write with an outdated version, whatever version was sent. */
  z.strictObject({ kind: z.literal('stale') }),
  /** The connection is cut and nothing was done. */
  z.strictObject({ kind: z.literal('dropBefore') }),
  /** Everything is done and committed, then the connection is cut. */
  z.strictObject({ kind: z.literal('dropAfter') }),
  /** Everything is done and committed, then a gateway answers in the system's place, in words of its own. */
  z.strictObject({
    kind: z.literal('statusAfter'),
    status: z.number().int().min(400).max(599),
    retryAfterSeconds: z.number().min(0).optional(),
  }),
  z.strictObject({ kind: z.literal('slow'), delayMs: z.number().min(0).max(600_000) }),
]);

const ruleSchema = z.strictObject({
  /** Regular expressions; absent: every one. The path is decoded and includes the query. */
  method: z.string().optional(),
  path: z.string().optional(),
  /** A client id. */
  principal: z.string().optional(),
  /** Only the next so many matching requests. */
  times: z.number().int().positive().optional(),
  /** 0 to 1; absent: always. */
  probability: z.number().min(0).max(1).optional(),
  action: actionSchema,
});

export type FaultAction = z.infer<typeof actionSchema>;
export type FaultRule = z.infer<typeof ruleSchema>;

/** Throws when it is not valid. */
export const parseFaultRule = (json: unknown): FaultRule => ruleSchema.parse(json);

/** What a request is matched by. */
export interface FaultSubject {
  readonly method: string;
  readonly path: string;
  readonly principal: string;
}

export interface FaultBoard {
  /** Answers the rule's id. Throws when the rule is not valid. */
  add(rule: FaultRule): string;
  /** Takes off one rule, or all. */
  clear(id?: string): void;
  list(): readonly (FaultRule & { readonly id: string; readonly left?: number })[];
  /** Off the network until switched back: every connection is reset, the port stays the emulator's. */
  down(on: boolean): void;
  isDown(): boolean;
  /** The actions that befall this request; counts it off the rules. */
  take(subject: FaultSubject): readonly FaultAction[];
  /** The same for a part of a batch, which only faults that answer can befall. */
  takeAnswered(subject: FaultSubject): AnsweredFault | undefined;
}

/** A fault of which the answer tells. */
export type AnsweredFault = Extract<FaultAction, { kind: 'status' | 'throttled' | 'stale' }>;

export function isAnswered(action: FaultAction): action is AnsweredFault {
  return action.kind === 'status' || action.kind === 'throttled' || action.kind === 'stale';
}

interface Standing {
  readonly id: string;
  readonly rule: FaultRule;
  readonly method: RegExp;
  readonly path: RegExp;
  left: number;
}

export function faultBoard(chance: Chance): FaultBoard {
  const standing = new Map<string, Standing>();
  let offline = false;
  let numbered = 0;

  const hits = (one: Standing, subject: FaultSubject): boolean =>
    one.method.test(subject.method) &&
    one.path.test(subject.path) &&
    (one.rule.principal === undefined || one.rule.principal === subject.principal) &&
    (one.rule.probability === undefined || chance.next() < one.rule.probability);

  function strike(subject: FaultSubject, isWanted: (action: FaultAction) => boolean): readonly FaultAction[] {
    const struck = [...standing.values()].filter((one) => isWanted(one.rule.action) && hits(one, subject));
    for (const one of struck) {
      one.left -= 1;
      if (one.left <= 0) standing.delete(one.id);
    }
    return struck.map((one) => one.rule.action);
  }

  return {
    add(given) {
      const rule = parseFaultRule(given);
      if (standing.size >= RULES_MAX) throw new Error(`There are ${RULES_MAX} fault rules already. Clear some first.`);
      const id = `fault-${(numbered += 1)}`;
      standing.set(id, {
        id,
        rule,
        method: new RegExp(`^(?:${rule.method ?? '.*'})$`, 'i'),
        path: new RegExp(rule.path ?? ''),
        left: rule.times ?? Infinity,
      });
      return id;
    },
    clear(id) {
      if (id === undefined) standing.clear();
      else standing.delete(id);
    },
    list: () => [...standing.values()].map(({ id, rule, left }) => ({ ...rule, id, ...(left !== Infinity && { left }) })),
    down(on) {
      offline = on;
    },
    isDown: () => offline,
    take: (subject) => strike(subject, () => true),
    takeAnswered: (subject) => strike(subject, isAnswered).find(isAnswered),
  };
}

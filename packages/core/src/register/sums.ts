import type { FieldType } from '../map/type.ts';
import { amountOf, canonicalAmount, type Amount } from '../policy/sums.ts';
import { sameValue, type Scalar } from '../values.ts';
import type { Question, RegisterPolicy, Resolution } from './answer.ts';
import { frontierOf, sees, type Open } from './open.ts';
import { isReset } from './register.ts';

interface Counting {
  readonly type: FieldType;
  /** The system whose first count is believed where several differ. */
  readonly countedBy?: string | undefined;
}

/** The first count plus every change, each once. */
export function counters({ type, countedBy }: Counting): RegisterPolicy {
  const rule = countedBy === undefined ? 'counter' : 'counted';
  return {
    combines: true,
    gate: false,
    readsFields: false,
    resolve: (question) => {
      const total = totalOf(rule, question, countedBy);
      return 'kind' in total ? total : { kind: 'settled', value: amountIn(type, total.sum, question), rule, reason: total.reason };
    },
  };
}

interface Bounds {
  readonly type: FieldType;
  /** Canonical amounts. */
  readonly floor?: Scalar | undefined;
  readonly ceiling?: Scalar | undefined;
  readonly onBreach: 'hold' | 'clamp';
}

/** A counter whose bounds are about what stands, never about what is added up: the sum beneath is kept, and goes on beyond them. */
export function boundedCounters({ type, floor, ceiling, onBreach }: Bounds): RegisterPolicy {
  const rule = 'bounded';
  const [low, high] = [floor, ceiling].map((bound) => (bound === undefined ? undefined : amountOf(bound)));
  const resolve = (question: Question): Resolution => {
    const total = totalOf(rule, question);
    if ('kind' in total) return total;
    const { sum, reason } = total;
    const limit = low && sum.lessThan(low) ? low : high && sum.greaterThan(high) ? high : undefined;
    const said = { rule, kept: sum.toFixed() };
    if (!limit || isRuled(question)) return { kind: 'settled', value: amountIn(type, sum, question), ...said, reason };
    const why = `${reason} is ${sum.toFixed()}, ${sum.minus(limit).abs().toFixed()} beyond ${limit.toFixed()}`;
    if (onBreach === 'hold') return { kind: 'held', rule, reason: why, code: 'C11' };
    return { kind: 'settled', value: canonicalAmount(type, limit), ...said, reason: why, code: 'C11' };
  };
  return { combines: true, gate: true, readsFields: false, resolve };
}

/** Whether a person's word stands alone. */
function isRuled({ frontier }: Question): boolean {
  return frontier.length === 1 && frontier[0]?.edit.author === 'person';
}

/** Whatever the latest reset says, else what was there; plus every change that no such reset has seen. */
function totalOf(
  rule: string,
  { stable, edits }: Question,
  countedBy?: string,
): { readonly sum: Amount; readonly reason: string } | Resolution {
  const resets = frontierOf(edits.filter(isReset));
  const counts = resets.filter(({ edit }) => edit.author === countedBy);
  const [start] = counts.length > 0 ? counts : resets;
  if (start && counts.length === 0 && resets.some(({ value }) => !sameValue(value, start.value)))
    return { kind: 'held', rule, reason: 'each system began with a count of its own', code: 'C19' };
  const kept = typeof stable?.kept === 'string' ? stable.kept : undefined;
  const from = amountOf(start ? start.value : (kept ?? stable?.value));
  const changes = edits.filter((open) => !isReset(open) && !resets.some((reset) => sees(reset, open)));
  let sum = from;
  for (const { value, before } of changes) {
    const [to, was] = [amountOf(value), amountOf(before)];
    sum = to && was ? sum?.plus(to.minus(was)) : undefined;
  }
  if (!sum) return { kind: 'held', rule, reason: 'not every value is a number', code: 'C17' };
  return { sum, reason: [from?.toFixed() ?? '0', ...changes.map(told)].join(' ') };
}

/** Who cleared what comes to nothing has left it empty. */
function amountIn(type: FieldType, sum: Amount, { frontier }: Question): Scalar {
  return sum.isZero() && frontier.at(-1)?.value === null ? null : canonicalAmount(type, sum);
}

function told({ edit, value, before }: Open): string {
  const change = amountOf(value)?.minus(amountOf(before) ?? 0);
  return `${change?.isNegative() ? '-' : '+'} ${change?.abs().toFixed() ?? '?'} (${edit.author})`;
}

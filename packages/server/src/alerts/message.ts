import { instantOf } from '../views/values.ts';
import type { Notice } from './watch.ts';

/** What one destination is sent at one time. */
export interface Message {
  /** The same for every try, so that who gets it twice can tell. */
  readonly id: string;
  readonly atMs: number;
  readonly notices: readonly Notice[];
}

/** More than that nobody reads, and no card holds. */
const LINES_MAX = 40;

const WHAT: Readonly<Record<Notice['what'], string>> = { begins: 'Begins', 'goes-on': 'Goes on', ends: 'Has ended', test: 'Test' };

export function subjectOf({ notices }: Message): string {
  const [first] = notices;
  const rest = notices.length - 1;
  return `Concord: ${first ? lineOf(first) : 'nothing'}${rest > 0 ? ` (and ${rest} more)` : ''}`;
}

export function textOf({ notices }: Message): string {
  return [...shown(notices).map((notice) => `${lineOf(notice)}\n${aboutOf(notice)}`), ...more(notices)].join('\n\n');
}

/** What a webhook gets: a type, a time, and what it is about, as Standard Webhooks proposes. */
export function bodyOf({ atMs, notices }: Message): string {
  const alerts = notices.map(({ id, what, on, severity, system, entity, sinceMs, words, action }) => ({
    id,
    what,
    on,
    severity,
    ...(system === undefined ? {} : { system }),
    ...(entity === undefined ? {} : { entity }),
    since: instantOf({ ms: sinceMs }),
    words,
    action,
  }));
  return JSON.stringify({ type: 'concord.alerts', timestamp: instantOf({ ms: atMs }), data: { alerts } });
}

/** An Adaptive Card, as an incoming webhook of Teams takes it. */
export function cardOf(message: Message): string {
  const blocks = shown(message.notices).flatMap((notice) => [
    { type: 'TextBlock', text: lineOf(notice), weight: 'Bolder', wrap: true, color: colourOf(notice) },
    { type: 'TextBlock', text: aboutOf(notice), isSubtle: true, wrap: true, spacing: 'None' },
  ]);
  const body = [...blocks, ...more(message.notices).map((text) => ({ type: 'TextBlock', text, wrap: true }))];
  const content = { $schema: 'http://adaptivecards.io/schemas/adaptive-card.json', type: 'AdaptiveCard', version: '1.4', body };
  const attachment = { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content };
  return JSON.stringify({ type: 'message', attachments: [attachment] });
}

function shown(notices: readonly Notice[]): readonly Notice[] {
  return notices.slice(0, LINES_MAX);
}

function more(notices: readonly Notice[]): readonly string[] {
  return notices.length > LINES_MAX ? [`${notices.length - LINES_MAX} more.`] : [];
}

function lineOf({ what, severity, words }: Notice): string {
  return `${WHAT[what]} (${severity}): ${words}`;
}

function aboutOf({ what, sinceMs, action }: Notice): string {
  return what === 'ends' ? `It held since ${instantOf({ ms: sinceMs })}.` : `Since ${instantOf({ ms: sinceMs })}. ${action}`;
}

function colourOf({ what, severity }: Notice): string {
  if (what === 'ends') return 'Good';
  return severity === 'critical' ? 'Attention' : 'Warning';
}

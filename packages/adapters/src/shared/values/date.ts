const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const DATE_TIME = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/** Whether text is a day of the calendar, `2024-05-01`. */
export function isDate(text: string): boolean {
  if (!DATE.test(text)) return false;
  const ms = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().slice(0, 10) === text;
}

/** An instant in ms since 1970 UTC, cut to whole seconds, from `2024-05-01T08:31:02Z` and its relatives with fractions and offsets. */
function instantOf(text: string): number | undefined {
  const [, day = '', hour = '', minute = '', second = '00'] = DATE_TIME.exec(text) ?? [];
  if (!isDate(day) || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : Math.floor(ms / MS_A_SECOND) * MS_A_SECOND;
}

const MS_A_SECOND = 1000;

/** Canonical text of an instant, `2024-05-01T08:31:02Z`; `undefined` when it is none, or lies outside the years 0 to 9999. */
export function canonicalInstant(text: string): string | undefined {
  const ms = instantOf(text);
  if (ms === undefined) return undefined;
  const iso = new Date(ms).toISOString();
  return /^\d{4}-/.test(iso) ? `${iso.slice(0, 19)}Z` : undefined;
}

/** The day of an instant that is written with its time, `2024-05-01T12:00:00Z`, as it stands, without moving it between zones. */
export function dayOf(text: string): string | undefined {
  const day = DATE_TIME.exec(text)?.[1];
  return day !== undefined && isDate(day) ? day : undefined;
}

import type { Write } from '@concord/core';

/** What ties traces of the service, or of a gateway before it, to ours (W3C Trace Context). Who does not know the header ignores it. */
export function traced({ traceparent }: Write): Readonly<Record<string, string>> {
  return traceparent === undefined ? {} : { traceparent };
}

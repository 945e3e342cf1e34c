/** A request inside a batch, before its URL is made sense of. */
export interface BatchOperation {
  readonly contentId?: string;
  readonly method: string;
  readonly url: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type BatchPart =
  | { readonly kind: 'single'; readonly operation: BatchOperation }
  | { readonly kind: 'changeset'; readonly operations: readonly BatchOperation[] }
  | { readonly kind: 'malformed'; readonly words: string };

/** Reads a `multipart/mixed` batch. Lines may end in LF or CRLF: clients in the field send either. */
export function parseBatch(contentType: string | undefined, body: string): readonly BatchPart[] {
  const boundary = boundaryOf(contentType);
  if (boundary === undefined) return [malformed('The Content-Type of a batch must be multipart/mixed with a boundary.')];
  return sections(body.replaceAll('\r\n', '\n'), boundary).map(partOf);
}

function partOf(section: string): BatchPart {
  const { headers, body } = headed(section);
  const boundary = boundaryOf(headers['content-type']);
  if (boundary === undefined) {
    const operation = operationOf(headers, body);
    return operation === undefined ? malformed('A part of the batch is not an application/http request.') : { kind: 'single', operation };
  }
  const operations = sections(body, boundary).map((inner) => {
    const part = headed(inner);
    return operationOf(part.headers, part.body);
  });
  if (operations.some((operation) => operation === undefined))
    return malformed('A part of the changeset is not an application/http request.');
  return { kind: 'changeset', operations: operations.flatMap((operation) => operation ?? []) };
}

function operationOf(outer: Readonly<Record<string, string>>, text: string): BatchOperation | undefined {
  const [, method, url, rest = ''] = /^\s*([A-Z]+) (\S+)(?: HTTP\/\d(?:\.\d)?)?[^\S\n]*(?:\n([\s\S]*))?$/.exec(text) ?? [];
  if (method === undefined || url === undefined) return undefined;
  const { headers, body } = headed(rest);
  const contentId = outer['content-id'] ?? headers['content-id'];
  return { method, url, headers, body: body.trim(), ...(contentId !== undefined && { contentId }) };
}

/** Splits head from body at the first empty line. A section that begins with an empty line has no head. */
function headed(section: string): { readonly headers: Readonly<Record<string, string>>; readonly body: string } {
  const headers: Record<string, string> = {};
  const lines = section.split('\n');
  let at = 0;
  for (; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (line.trim() === '') break;
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { headers, body: lines.slice(at + 1).join('\n') };
}

function sections(text: string, boundary: string): readonly string[] {
  const found: string[] = [];
  let current: string[] | undefined;
  for (const line of text.split('\n')) {
    const mark = line.trimEnd();
    if (mark === `--${boundary}` || mark === `--${boundary}--`) {
      if (current !== undefined) found.push(current.join('\n'));
      current = mark.endsWith('--') && mark.length === boundary.length + 4 ? undefined : [];
    } else current?.push(line);
  }
  return found;
}

function boundaryOf(contentType: string | undefined): string | undefined {
  if (!/^multipart\/mixed/i.test(contentType ?? '')) return undefined;
  return /boundary="?([^";\s]+)"?/i.exec(contentType ?? '')?.[1];
}

const malformed = (words: string): BatchPart => ({ kind: 'malformed', words });

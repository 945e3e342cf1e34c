import { arrayIn, entriesIn, objectIn, textIn } from './look.ts';
import { outline } from './outline.ts';

/** One file: nothing is loaded, and no script runs. */
export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
};

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; background: #fff }
pre, code { font: 13px/1.45 ui-monospace, monospace }
pre { background: #f4f4f2; padding: .7rem; overflow-x: auto; border-radius: 4px }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #ccc } h3 { margin-top: 2rem } h3 code { font-size: 16px }
table { border-collapse: collapse } td, th { text-align: left; padding: .2rem .8rem .2rem 0; vertical-align: top }
nav { columns: 20rem } nav a { display: block } a { color: #0b57a4 }
@media (prefers-color-scheme: dark) { body { color: #e6e6e6; background: #161616 } pre { background: #242424 } a { color: #8ab8ff } }
`;

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly id: string;
  readonly tag: string;
  readonly told: object;
}

/** The description of the API as a page for people. */
export function pageOf(description: object): string {
  const operations = operationsIn(description);
  const tags = [...new Set(operations.map(({ tag }) => tag))];
  const info = objectIn(description, 'info');
  const sections = tags.map((tag) => {
    const own = operations.filter((operation) => operation.tag === tag);
    return `<h2 id="${escaped(tag)}">${escaped(tag)}</h2>${own.map(sectionOf).join('')}`;
  });
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Concord REST API</title><style>${STYLE}</style></head><body>
<h1>${escaped(textIn(info, 'title'))} REST API ${escaped(textIn(info, 'version'))}</h1><p>${escaped(textIn(info, 'description'))}</p>
<p>Every request brings a key, made with <code>concord keys add</code>, as a header: <code>KEY='authorization: Bearer concord_…'</code>. What goes wrong is answered as a problem
(RFC 9457) with a stable <code>code</code>, and a <code>remedy</code> that says what to do. Lists take <code>limit</code> and <code>after</code>: pass <code>next</code> on as
<code>after</code>. The examples take that header from <code>$KEY</code> and the address, such as http&#58;//127.0.0.1:8085, from <code>$CONCORD</code>.</p>
<nav>${operations.map(({ id, method, path }) => `<a href="#${id}">${method} ${escaped(path)}</a>`).join('')}</nav>
${sections.join('')}</body></html>\n`;
}

function operationsIn(description: object): readonly Operation[] {
  return entriesIn(objectIn(description, 'paths')).flatMap(([path, methods]) =>
    entriesIn(methods).map(([method, told]) => {
      const [tag = 'other'] = arrayIn(told, 'tags').map(String);
      return { method: method.toUpperCase(), path, id: textIn(told, 'operationId'), tag, told };
    }),
  );
}

function sectionOf({ method, path, id, told }: Operation): string {
  const body = schemaIn(objectIn(told, 'requestBody'));
  const answers = entriesIn(objectIn(told, 'responses')).filter(([status]) => status !== 'default');
  return `<h3 id="${id}"><code>${method} ${escaped(path)}</code></h3>
<p>${escaped(textIn(told, 'summary'))}. ${escaped(textIn(told, 'description')).replaceAll(/`(\w+)`/gu, '<code>$1</code>')}</p>
${parametersOf(told)}${body ? `<p>Body</p><pre>${escaped(outline(body))}</pre>` : ''}
${answers.map(([status, answer]) => answerOf(status, answer)).join('')}<pre>${escaped(curlOf(method, path, body !== undefined))}</pre>`;
}

function parametersOf(told: object): string {
  const rows = arrayIn(told, 'parameters').flatMap((parameter) => {
    if (typeof parameter !== 'object' || parameter === null) return [];
    const schema = objectIn(parameter, 'schema');
    const words = textIn(parameter, 'description') || textIn(schema, 'description');
    const cells = [
      `<code>${escaped(textIn(parameter, 'name'))}</code>`,
      escaped(textIn(parameter, 'in')),
      `<code>${escaped(outline(schema))}</code>`,
    ];
    return [`<tr>${[...cells, escaped(words)].map((cell) => `<td>${cell}</td>`).join('')}</tr>`];
  });
  return rows.length === 0 ? '' : `<table>${rows.join('')}</table>`;
}

function answerOf(status: string, answer: object): string {
  const type = entriesIn(objectIn(answer, 'content'))[0]?.[0] ?? '';
  const schema = schemaIn(answer);
  const told = schema && Object.keys(schema).length > 0 ? `<pre>${escaped(outline(schema))}</pre>` : '';
  return `<p>Answers ${escaped(status)}, <code>${escaped(type)}</code></p>${told}`;
}

function schemaIn(holder: object | undefined): object | undefined {
  const [[, content] = []] = entriesIn(objectIn(holder, 'content'));
  return objectIn(content, 'schema');
}

function curlOf(method: string, path: string, hasBody: boolean): string {
  const url = `"$CONCORD${path.replaceAll(/\{(\w+)\}/gu, (_whole, name: string) => `$${name.toUpperCase()}`)}"`;
  const how = method === 'GET' ? '' : ` -X ${method}`;
  const body = hasBody ? ` -H 'content-type: application/json' -d '{ … }'` : '';
  return `curl -s${how} ${url} -H "$KEY"${body}`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

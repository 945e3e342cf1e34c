/** A place in a configuration: names of keys and numbers of list items, from the top down. */
export type Path = readonly (string | number)[];

/** Something in a configuration that is wrong, or looks it, before anybody knows the line. */
export interface Complaint {
  readonly path: Path;
  /** Whether the key or what stands behind it is meant. */
  readonly at: 'key' | 'value';
  readonly text: string;
  readonly suggestion?: string;
}

/** The same for a reader: where it is, what is wrong, and what to write instead. */
export interface Fault {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** For example `entities.customer.fields.name`. */
  readonly path: string;
  readonly text: string;
  readonly suggestion?: string;
}

/** One line for a person: `concord.yaml:12:5  What is wrong. What to do.` */
export function tellFault({ file, line, column, text, suggestion }: Fault): string {
  return `${file}:${line}:${column}  ${text}${suggestion === undefined ? '' : ` ${suggestion}`}`;
}

export function compareFaults(a: Fault, b: Fault): number {
  return a.line - b.line || a.column - b.column || (a.text < b.text ? -1 : a.text > b.text ? 1 : 0);
}

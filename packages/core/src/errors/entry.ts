/** One kind of error: what happened, what to do about it, and the HTTP status that tells it. `{name}` stands for a parameter. */
export interface ErrorEntry {
  readonly text: string;
  readonly remedy: string;
  readonly status: number;
}

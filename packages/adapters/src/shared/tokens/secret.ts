/** A secret that no log, error or inspection prints: only who calls `reveal` sees it. */
export interface Secret {
  reveal(): string;
}

export function secret(text: string): Secret {
  return { reveal: () => text };
}

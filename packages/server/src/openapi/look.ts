/** Looks into a description, whose types say little of what is in it. */
function memberIn(holder: unknown, name: string): unknown {
  return typeof holder === 'object' && holder !== null ? Object.entries(holder).find(([key]) => key === name)?.[1] : undefined;
}

export function objectIn(holder: unknown, name: string): object | undefined {
  const found = memberIn(holder, name);
  return typeof found === 'object' && found !== null ? found : undefined;
}

export function arrayIn(holder: unknown, name: string): readonly unknown[] {
  const found = memberIn(holder, name);
  return Array.isArray(found) ? found : [];
}

export function textIn(holder: unknown, name: string): string {
  const found = memberIn(holder, name);
  return typeof found === 'string' ? found : '';
}

/** Members that are objects. */
export function entriesIn(holder: object | undefined): readonly (readonly [string, object])[] {
  return Object.entries(holder ?? {}).flatMap(([name, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null ? [[name, value] as const] : [],
  );
}

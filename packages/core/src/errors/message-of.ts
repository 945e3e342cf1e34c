/** What was thrown, in its own words. Anything can be thrown, also what no text can be made of. */
export function messageOf(thrown: unknown): string {
  try {
    return typeof thrown === 'object' && thrown !== null && 'message' in thrown ? String(thrown.message) : String(thrown);
  } catch {
    return 'something was thrown that has no words';
  }
}

/** Guards what we promised ourselves. It is not for input from outside: that gets an error of the catalogue. */
export function must<T>(value: T | undefined, promise: string): T {
  if (value === undefined) throw new Error(`Broken promise: ${promise}.`);
  return value;
}

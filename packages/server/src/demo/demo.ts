export async function demo(_options: { readonly once?: boolean }): Promise<number> {
  return 1;
}

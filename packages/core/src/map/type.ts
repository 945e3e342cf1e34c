/** How a field's values are typed and made canonical. */
export type FieldType =
  | { readonly kind: 'text' }
  /** Whole numbers: a JavaScript integer within 32 bits, canonical decimal text beyond. */
  | { readonly kind: 'integer' }
  /** Canonical text with exactly `scale` digits after the point, for example `12.50`. */
  | { readonly kind: 'decimal'; readonly scale: number }
  /** `2024-05-01` */
  | { readonly kind: 'date' }
  /** `2024-05-01T08:31:02Z`, in whole seconds of UTC. */
  | { readonly kind: 'datetime' }
  | { readonly kind: 'yesno' }
  /** One symbol, in the words of the value map. */
  | { readonly kind: 'choice' }
  /** A set of symbols: canonical JSON text of a sorted array, for example `["autumn","winter"]`. */
  | { readonly kind: 'choices' }
  /** Any JSON, as one text for one value: no blanks, members of objects in the order of their names. */
  | { readonly kind: 'json' }
  /** Another mirrored record, by its ledger id. */
  | { readonly kind: 'reference'; readonly entity: string };

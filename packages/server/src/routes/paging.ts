import { PAGE_ROWS_MAX, type PageAsk } from '@concord/core';
import { Type } from 'typebox';

const LIMIT_DEFAULT = 50;

/** `limit` and `after`, as every list takes them. */
export const paging = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: PAGE_ROWS_MAX, default: LIMIT_DEFAULT })),
  after: Type.Optional(Type.String({ maxLength: 500 })),
};

export function pageOf({ limit = LIMIT_DEFAULT, after }: { readonly limit?: number; readonly after?: string }): PageAsk {
  return after === undefined ? { limit } : { limit, after };
}

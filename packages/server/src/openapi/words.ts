import { Type, type TProperties } from 'typebox';

/* What several shapes are made of. */

export const closed = <Members extends TProperties>(members: Members) => Type.Object(members, { additionalProperties: false });
export const instant = Type.String({ format: 'date-time', description: 'ISO 8601, UTC' });
export const scalar = Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]);
export const values = Type.Record(Type.String(), scalar, { description: 'By field, in canonical form' });
export const names = Type.Array(Type.String());
export const some = Type.Optional;

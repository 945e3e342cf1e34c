import { Type } from 'typebox';

/** In whose name something is asked, and why: in the body of whatever is kept as a person's act. */
export const person = {
  by: Type.String({ minLength: 1, maxLength: 200, description: "In whose name: left out, the key's" }),
  note: Type.Optional(Type.String({ maxLength: 4000, description: 'Why; kept in the history' })),
};

/** Such an act, and nothing else. */
export const personAlone = Type.Object(person, { additionalProperties: false });

/** What such a route asks of its caller. */
export const acting = { needs: 'operator' as const, speaks: true };

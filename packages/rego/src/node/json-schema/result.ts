/** Where something stands in the document. */
export interface Place {
  /** The names on the way, with dots between. */
  readonly field: string;
}

export const root: Place = { field: "(Root)" };

/** The place of a member or an item. Its name shares memory with those around it. */
export function placeIn(parent: Place, name: string): Place {
  return { field: parent === root ? name : `${parent.field}.${name}` };
}

/** One thing that is wrong with a document. */
export interface SchemaError {
  readonly type: string;
  readonly field: string;
  readonly description: string;
}

/** How far a document matches: the best of several schemas is the one whose errors are told. */
export interface Result {
  readonly errors: SchemaError[];
  score: number;
}

export function emptyResult(): Result {
  return { errors: [], score: 0 };
}

/** @param describe - the message, given the name of the place */
export function addError(
  result: Result,
  place: Place,
  { type, description }: { type: string; description: string | ((field: string) => string) },
): void {
  const { field } = place;
  result.errors.push({
    type,
    field,
    description: typeof description === "string" ? description : description(field),
  });
  result.score -= 2; // one in all: checking anything gives one
}

export function merge(result: Result, other: Result): void {
  for (const error of other.errors) result.errors.push(error);
  result.score += other.score;
}

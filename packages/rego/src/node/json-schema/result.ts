/** Where something stands in the document, from the root on. */
export interface Place {
  readonly name: string;
  readonly parent: Place | undefined;
}

export const root: Place = { name: "(Root)", parent: undefined };

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
  const field = fieldOf(place);
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

function fieldOf(place: Place): string {
  const names: string[] = [];
  for (let at: Place | undefined = place; at !== undefined; at = at.parent) names.push(at.name);
  return names
    .reverse()
    .join(".")
    .replace(/^\(Root\)\./, "");
}

import { RE2JS } from "re2js";
import * as v from "valibot";

/** A regular expression in RE2 syntax, matched in linear time whatever the pattern and the text are. */
export interface Re2 {
  /** Whether the pattern matches anywhere in the text. */
  search(text: string): boolean;
}

/**
 * Compiles a pattern.
 * @throws {Error} with RE2's text, such as: error parsing regexp: missing closing ]: `[`
 */
export function re2(pattern: string): Re2 {
  const compiled = RE2JS.compile(pattern);
  return { search: (text) => compiled.matcher(text).find() };
}

/**
 * A Valibot schema of a pattern in settings; its output is the compiled pattern.
 * @param message - what a bad pattern is answered with, given RE2's text
 * @example v.record(v.string(), re2Pattern())
 */
export function re2Pattern(message: (problem: string) => string = (problem) => problem) {
  return v.pipe(
    v.string(),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      try {
        return re2(dataset.value);
      } catch (error) {
        addIssue({ message: message(error instanceof Error ? error.message : String(error)) });
        return NEVER;
      }
    }),
  );
}

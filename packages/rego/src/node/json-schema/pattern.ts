import { RE2JS, RE2JSException } from "re2js";

/** A regular expression in the syntax of RE2: it takes linear time, whatever it is. */
export interface Pattern {
  readonly text: string;
  readonly test: (input: string) => boolean;
}

/** `undefined` for what is no expression. */
export function compilePattern(text: string): Pattern | undefined {
  try {
    const pattern = RE2JS.compile(text);
    return { text, test: (input) => pattern.test(input) };
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return undefined;
  }
}

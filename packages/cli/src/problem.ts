/** What is wrong with a command line: the text after `error: `, and a hint for typing mistakes. */
export interface Problem {
  readonly kind: "problem";
  /** May go on in indented lines. */
  readonly message: string;
  readonly tip?: string | undefined;
}

export function problem(message: string, tip?: string): Problem {
  return { kind: "problem", message, tip };
}

export function isProblem(value: object): value is Problem {
  return "kind" in value && value.kind === "problem";
}

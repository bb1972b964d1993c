/** How a positional argument is written: `<required>`, `[optional]`, `<one-or-more...>`, `[any-number...]`. */
export type ArgumentPattern = `<${string}>` | `[${string}]`;

/** A positional argument; the plain pattern where it needs no explanation. */
export type ArgumentSpec = ArgumentPattern | { readonly name: ArgumentPattern; readonly description: string };

/** What a positional argument was given: one text, several (`...`), or nothing (optional and absent). */
export type ArgumentValue = string | readonly string[] | undefined;

type PatternOf<Spec extends ArgumentSpec> = Spec extends { readonly name: infer Name } ? Name : Spec;

type ValueOf<Pattern> = Pattern extends `<${string}...>` | `[${string}...]`
  ? readonly string[]
  : Pattern extends `<${string}>`
    ? string
    : string | undefined;

/** The values of a list of positional arguments, in the same order. */
export type ArgumentValues<Specs extends readonly ArgumentSpec[]> = {
  readonly [Index in keyof Specs]: ValueOf<PatternOf<Specs[Index]>>;
};

/** A positional argument, taken apart. */
export interface Argument {
  readonly pattern: ArgumentPattern;
  readonly required: boolean;
  readonly variadic: boolean;
  readonly description: string;
}

export function readArgument(spec: ArgumentSpec): Argument {
  const pattern = typeof spec === "string" ? spec : spec.name;
  return {
    pattern,
    required: pattern.startsWith("<"),
    variadic: pattern.slice(0, -1).endsWith("..."),
    description: typeof spec === "string" ? "" : spec.description,
  };
}

/** As it is shown: `<uri>`, `[PATH]`, `<policies>...`. */
export function formatArgument({ pattern, variadic }: Argument): string {
  return variadic ? `${pattern.slice(0, -4)}${pattern.slice(-1)}...` : pattern;
}

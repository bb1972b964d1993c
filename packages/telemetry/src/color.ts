/**
 * Whether text for a stream may be coloured: only on a terminal, and neither switched off by a flag nor by
 * `NO_COLOR` (any non-empty text) or `TERM=dumb`.
 */
export function wantsColor(
  stream: { readonly isTTY?: boolean | undefined },
  options: {
    readonly noColor: boolean;
    readonly env: Readonly<Record<string, string | undefined>>;
  },
): boolean {
  const { noColor, env } = options;
  return stream.isTTY === true && !noColor && !env["NO_COLOR"] && env["TERM"] !== "dumb";
}

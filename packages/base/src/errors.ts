/**
 * The text of anything thrown: the message, then the messages of its causes, joined with `: `. A cause that the text ends
 * with already is not told twice.
 * @example errorText(new Error("cannot read x", { cause: new Error("no such file") })) // "cannot read x: no such file"
 */
export function errorText(error: unknown): string {
  const texts: string[] = [];
  let current = error;
  for (let depth = 0; current !== undefined && current !== null && depth < 8; depth++) {
    const text = current instanceof Error ? current.message : String(current);
    if (!texts.at(-1)?.endsWith(text)) texts.push(text);
    current = current instanceof Error ? current.cause : undefined;
  }
  return texts.join(": ");
}

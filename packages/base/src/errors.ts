/**
 * The text of anything thrown: the message, then the messages of its causes, joined with `: `.
 * @example errorText(new Error("cannot read x", { cause: new Error("no such file") })) // "cannot read x: no such file"
 */
export function errorText(error: unknown): string {
  const texts: string[] = [];
  let current = error;
  while (current !== undefined && current !== null && texts.length < 8) {
    texts.push(current instanceof Error ? current.message : String(current));
    current = current instanceof Error ? current.cause : undefined;
  }
  return texts.join(": ");
}

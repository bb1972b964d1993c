import { osErrorText, printable } from "@kubewarden-ts/base";

/**
 * What goes to standard error for a failed command: `Error: MESSAGE`, then a blank line, `Caused by:` and the
 * causes, indented, numbered when there are several (kwctl-and-oci.md 1). What others wrote of it cannot move the cursor of a
 * terminal. Ends with a newline.
 */
export function errorReport(error: unknown): string {
  const [message = "", ...causes] = messagesOf(error);
  if (causes.length === 0) return `Error: ${message}\n`;
  const numbered = causes.length > 1;
  const lines = causes.map((cause, index) => {
    const [label, indent] = numbered ? [`${index}: `.padStart(7), " ".repeat(7)] : ["    ", "    "];
    return label + cause.replaceAll("\n", `\n${indent}`);
  });
  return `Error: ${message}\n\nCaused by:\n${lines.join("\n")}\n`;
}

/** A chain of causes that bites its own tail ends too. */
const maxDepth = 16;

function messagesOf(error: unknown): string[] {
  const messages: string[] = [];
  let current = error;
  while (current !== undefined && current !== null && messages.length < maxDepth) {
    messages.push(printable(osErrorText(current)));
    current = current instanceof Error ? current.cause : undefined;
  }
  return messages;
}

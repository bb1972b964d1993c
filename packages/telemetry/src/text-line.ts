import type { LogFields, LogLevel, LogLine, LogSpan, LogValue } from "@kubewarden-ts/base";
import { messageText, quotedText } from "./quoted-text.ts";
import { timestamp } from "./timestamp.ts";

type Style = "bold" | "dim" | "italic" | "red" | "yellow" | "green" | "blue" | "magenta";
type Paint = (style: Style, text: string) => string;

const styleCodes: Readonly<Record<Style, number>> = {
  ...{ bold: 1, dim: 2, italic: 3 },
  ...{ red: 31, green: 32, yellow: 33, blue: 34, magenta: 35 },
};

const levelStyles: Readonly<Record<LogLevel, Style>> = {
  ...{ error: "red", warn: "yellow", info: "green", debug: "blue", trace: "magenta" },
};

/** `<time> <LEVEL, 5 wide> <span{field=value}:…: ><target>: <message> <key=value …>`, without a newline. */
export function textLine(
  { level, message, target, spans, fields }: LogLine,
  timeMs: number,
  color: boolean,
): string {
  const paint: Paint = color ? painted : (_style, text) => text;
  const parts = [
    paint("dim", timestamp(timeMs)),
    paint(levelStyles[level], level.toUpperCase().padStart(5)),
    ...(spans.length === 0 ? [] : [spans.map((span) => spanText(span, paint)).join("")]),
    paint("dim", `${messageText(target)}:`),
    messageText(message),
    ...fieldTexts(fields, paint),
  ];
  return parts.join(" ");
}

function spanText({ name, fields = {} }: LogSpan, paint: Paint): string {
  const texts = fieldTexts(fields, paint);
  const braces = texts.length === 0 ? "" : `${paint("bold", "{")}${texts.join(" ")}${paint("bold", "}")}`;
  return `${paint("bold", messageText(name))}${braces}${paint("dim", ":")}`;
}

function fieldTexts(fields: LogFields, paint: Paint): string[] {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return given.map(([name, value]) => `${paint("italic", name)}${paint("dim", "=")}${valueText(value)}`);
}

/** `"text"`, `3`, `true`, `{"a", "b"}`, `None`. */
function valueText(value: LogValue): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "string") return quotedText(value);
  return typeof value === "object" ? `{${value.map(quotedText).join(", ")}}` : String(value);
}

function painted(style: Style, text: string): string {
  return `\u001b[${styleCodes[style]}m${text}\u001b[0m`;
}

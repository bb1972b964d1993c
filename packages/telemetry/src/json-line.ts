import type { LogFields, LogLine, LogSpan } from "@kubewarden-ts/base";
import { timestamp } from "./timestamp.ts";

/** `{"timestamp", "level", "fields": {"message", …}, "target", "span", "spans"}`, the last two only within a span. */
export function jsonLine({ level, message, target, spans, fields }: LogLine, timeMs: number): string {
  const innermost = spans.at(-1);
  return JSON.stringify({
    timestamp: timestamp(timeMs),
    level: level.toUpperCase(),
    // A field of that name does not hide the message.
    fields: Object.assign({ message }, jsonFields(fields), { message }),
    target,
    ...(innermost === undefined ? {} : { span: jsonSpan(innermost), spans: spans.map(jsonSpan) }),
  });
}

/** The name comes last, as in upstream's logs. */
function jsonSpan({ name, fields = {} }: LogSpan): object {
  return { ...jsonFields(fields), name };
}

/** JSON has no big integers, infinities or NaN: these become text. */
function jsonFields(fields: LogFields): object {
  const asJson = Object.entries(fields).map(([name, value]) => {
    const unsayable = typeof value === "bigint" || (typeof value === "number" && !Number.isFinite(value));
    return [name, unsayable ? String(value) : value];
  });
  return Object.fromEntries(asJson);
}

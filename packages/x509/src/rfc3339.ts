import { X509Error } from "./errors.ts";
import { timeOf } from "./time.ts";

const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/**
 * Reads a timestamp of RFC 3339, such as `2030-01-01T00:00:00Z`.
 * @returns milliseconds since 1970, rounded down
 * @throws {X509Error} `X509_TIMESTAMP_INVALID`, with the text of policy-runtime 5.7
 */
export function parseTimestamp(text: string): number {
  const match = rfc3339.exec(text);
  const [, year, month, day, hour, minute, second, fraction = "", sign, offsetHours, offsetMinutes] =
    match ?? [];
  const isLeapSecond = second === "60";
  const clock = [month, day, hour, minute, isLeapSecond ? "59" : second].map(Number);
  const wallMs = match === null ? undefined : timeOf(Number(year), clock);
  const offset = [Number(offsetHours ?? 0), Number(offsetMinutes ?? 0)] as const;
  if (wallMs === undefined || offset[0] > 23 || offset[1] > 59) {
    throw new X509Error("Timestamp not_after is not in RFC3339 format", { code: "X509_TIMESTAMP_INVALID" });
  }
  const offsetMs = (sign === "-" ? -1 : 1) * (offset[0] * 60 + offset[1]) * 60_000;
  const fractionMs = Number(fraction.padEnd(3, "0").slice(0, 3));
  return wallMs - offsetMs + (isLeapSecond ? 1000 : fractionMs);
}

import { type DerReader, invalidDer, isNext, readContent, tags } from "./der/reader.ts";

/** A point in time, as it was written. */
export interface CertificateTime {
  /** Milliseconds since 1970. */
  readonly epochMs: number;
  /** Of the time zone it was written in, east positive; 0 in all certificates that follow RFC 5280. */
  readonly offsetMinutes: number;
}

const utcTime = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(Z|[+-]\d{4})$/;
const generalizedTime = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(Z|[+-]\d{4})$/;

/** Reads a UTCTime, whose years are 1950 to 2049, or a GeneralizedTime. @throws {X509Error} `X509_DER_INVALID` */
export function readTime(reader: DerReader): CertificateTime {
  const isGeneralized = isNext(reader, tags.generalizedTime);
  const content = readContent(reader, isGeneralized ? tags.generalizedTime : tags.utcTime, "time");
  const text = Buffer.from(content).toString("latin1");
  const match = (isGeneralized ? generalizedTime : utcTime).exec(text);
  if (match === null) throw invalidDer("time");
  const [, year, ...fields] = match;
  const [month, day, hour, minute, second = "0", zone = "Z"] = fields;
  const clock = [month, day, hour, minute, second].map(Number);
  const offsetMinutes = offsetOf(zone);
  const wallMs = timeOf(isGeneralized ? Number(year) : fullYear(Number(year)), clock);
  if (wallMs === undefined || offsetMinutes === undefined) throw invalidDer("time");
  return { epochMs: wallMs - offsetMinutes * 60_000, offsetMinutes };
}

function fullYear(year: number): number {
  return year < 50 ? 2000 + year : 1900 + year;
}

/** Zero is written as `Z`. */
function offsetOf(zone: string): number | undefined {
  if (zone === "Z") return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3));
  if (hours > 23 || minutes > 59 || hours + minutes === 0) return undefined;
  return (zone[0] === "-" ? -1 : 1) * (hours * 60 + minutes);
}

/** Milliseconds of a date and time in UTC; `undefined` when there is no such day or time. */
export function timeOf(year: number, clock: readonly number[]): number | undefined {
  const [month = 0, day = 0, hour = 0, minute = 0, second = 0] = clock;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day); // Date.UTC takes years below 100 for those of the last century
  date.setUTCHours(hour, minute, second);
  const same = [
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
  ];
  return date.getUTCFullYear() === year && same.every((value, index) => value === (clock[index] ?? 0))
    ? date.getTime()
    : undefined;
}

/** Writes a time as RFC 3339 does, in the time zone it was written in. */
export function formatCertificateTime({ epochMs, offsetMinutes }: CertificateTime): string {
  const text = new Date(epochMs + offsetMinutes * 60_000).toISOString().slice(0, 19);
  if (offsetMinutes === 0) return `${text}Z`;
  const minutes = Math.abs(offsetMinutes);
  const clock = [Math.trunc(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, "0"));
  return `${text}${offsetMinutes < 0 ? "-" : "+"}${clock.join(":")}`;
}

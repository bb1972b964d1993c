import { parseIpAddress } from "../../core/go/ip-address.ts";
import { parseGoUrl } from "../../core/go/url.ts";
import { isMailAddress } from "../go/mail-address.ts";
import { compilePattern } from "./pattern.ts";

const time = /^(\d{1,2}):(\d\d):(\d\d)(?:[.,]\d+)?(Z|[+-](\d\d):(\d\d))?$/;
const date = /^(\d{4})-(\d\d)-(\d\d)$/;

function isTime(text: string): boolean {
  const [, hour, minute, second, , zoneHour = "0", zoneMinute = "0"] = time.exec(text) ?? [];
  const isClock = Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60;
  // Go takes zones of 24 hours and 60 minutes, as some people write them.
  return isClock && Number(zoneHour) <= 24 && Number(zoneMinute) <= 60;
}

function isDate(text: string): boolean {
  const [, year, month, day] = date.exec(text) ?? [];
  if (year === undefined) return false;
  const read = new Date(`${year}-${month}-${day}T00:00:00Z`);
  return !Number.isNaN(read.getTime()) && read.toISOString().slice(0, 10) === text;
}

function isDateTime(text: string): boolean {
  if (isTime(text) || isDate(text)) return true;
  const [day = "", clock = ""] = [text.slice(0, 10), text.slice(11)];
  return text[10] === "T" && isDate(day) && isTime(clock) && /(?:Z|[+-]\d\d:\d\d)$/.test(clock);
}

const label = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]{0,61}[a-zA-Z0-9])";
const hostName = new RegExp(`^${label}(?:\\.${label})*$`);

function isUriReference(text: string): boolean {
  return parseGoUrl(text) !== undefined && !text.includes("\\");
}

function isUri(text: string): boolean {
  return isUriReference(text) && parseGoUrl(text)?.scheme !== "";
}

/** Each brace that opens in the path is closed. */
function isUriTemplate(text: string): boolean {
  const path = isUriReference(text) ? parseGoUrl(text)?.path : undefined;
  if (path === undefined) return false;
  let open = path.indexOf("{");
  while (open >= 0) {
    const close = path.indexOf("}", open);
    if (close < 0) return false;
    open = path.indexOf("{", close);
  }
  return true;
}

function isPointer(text: string): boolean {
  return text === "" || (text.startsWith("/") && !/~(?![01])/.test(text));
}

function isRelativePointer(text: string): boolean {
  const [start] = /^(?:0|[1-9][0-9]*)/.exec(text) ?? [];
  const rest = start === undefined ? undefined : text.slice(start.length);
  return rest !== undefined && (rest === "#" || isPointer(rest));
}

const formats: Readonly<Record<string, (text: string) => boolean>> = {
  date: isDate,
  time: isTime,
  "date-time": isDateTime,
  hostname: (text) => text.length < 256 && hostName.test(text),
  email: isMailAddress,
  "idn-email": isMailAddress,
  ipv4: (text) => text.includes(".") && parseIpAddress(text) !== undefined,
  ipv6: (text) => text.includes(":") && parseIpAddress(text) !== undefined,
  uri: isUri,
  "uri-reference": isUriReference,
  iri: isUri,
  "iri-reference": isUriReference,
  "uri-template": isUriTemplate,
  uuid: (text) => /^[a-f0-9]{8}-(?:[a-f0-9]{4}-){3}[a-f0-9]{12}$/i.test(text),
  regex: (text) => compilePattern(text) !== undefined,
  "json-pointer": isPointer,
  "relative-json-pointer": isRelativePointer,
};

/** Whether a text has a format; one that is not known is had by all. */
export function hasFormat(text: string, format: string): boolean {
  return !Object.hasOwn(formats, format) || formats[format]!(text);
}

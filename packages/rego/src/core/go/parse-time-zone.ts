import type { ZoneElement } from "./time-layout.ts";
import { mismatch, outOfRange, type TimeReader } from "./time-reader.ts";

const offsetPatterns: Readonly<Record<string, RegExp>> = {
  "07": /^([-+])(\d\d)/,
  "0700": /^([-+])(\d\d)(\d\d)/,
  "07:00": /^([-+])(\d\d):(\d\d)/,
  "070000": /^([-+])(\d\d)(\d\d)(\d\d)/,
  "07:00:00": /^([-+])(\d\d):(\d\d):(\d\d)/,
};

/** Reads an offset from UTC. @throws {BuiltinError} */
export function parseZoneOffset(reader: TimeReader, element: ZoneElement): void {
  if (element.startsWith("Z") && reader.rest.startsWith("Z")) {
    reader.rest = reader.rest.slice(1);
    reader.fields.isUtc = true;
    return;
  }
  const match = offsetPatterns[element.slice(1)]?.exec(reader.rest);
  if (!match) throw mismatch(element);
  const [text, sign, hours = "0", minutes = "0", seconds = "0"] = match;
  // Some write 24 hours, or 60 minutes.
  if (Number(hours) > 24 || Number(minutes) > 60 || Number(seconds) > 60)
    throw outOfRange("time zone offset");
  reader.rest = reader.rest.slice(text.length);
  const offset = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  reader.fields.offset = sign === "-" ? -offset : offset;
}

/** Reads what looks like the name of a time zone. @throws {BuiltinError} */
export function parseZoneName(reader: TimeReader): void {
  const { rest, fields } = reader;
  if (rest.startsWith("UTC")) {
    reader.rest = rest.slice(3);
    fields.isUtc = true;
    return;
  }
  const name = zoneNameAt(rest);
  if (name === undefined) throw mismatch("MST");
  reader.rest = rest.slice(name.length);
}

function zoneNameAt(rest: string): string | undefined {
  const special = /^(?:ChST|MeST)/.exec(rest)?.[0];
  if (special !== undefined) return special;
  if (rest.startsWith("GMT")) return `GMT${signedHours(rest.slice(3)) ?? ""}`;
  if (/^[-+]/.test(rest)) return rest.length < 3 ? undefined : signedHours(rest);
  const letters = /^[A-Z]{0,6}/.exec(rest)![0];
  const isName = letters.length === 3 || /^(?:[A-Z]{3,4}T|WITA)$/.test(letters);
  return isName ? letters : undefined;
}

/** A sign and hours up to 23. */
function signedHours(text: string): string | undefined {
  const found = /^[-+]\d+/.exec(text)?.[0];
  return found !== undefined && Number(found.slice(1)) <= 23 ? found : undefined;
}

import { zoneAbbreviations } from "./zone-abbreviations.ts";
import { numericZoneName } from "./zone-name.ts";

/** What holds at a moment: seconds east of UTC, and the short name of the time, such as `CEST` or `+03`. */
export interface ZoneState {
  readonly offset: number;
  readonly name: string;
}

/** A time zone: what holds at a time in seconds since 1970. */
export type TimeZone = (seconds: number) => ZoneState;

export const utc: TimeZone = () => ({ offset: 0, name: "UTC" });

/** What TypeScript does not know yet of ECMAScript's `Temporal`. */
declare const Temporal: {
  readonly Instant: {
    fromEpochMilliseconds(milliseconds: number): {
      toZonedDateTimeISO(zone: string): { readonly offsetNanoseconds: number };
    };
  };
};

/**
 * The time zone of a name in the database of IANA, in its spelling; `undefined` for any other. Offsets are those that the
 * runtime knows, names those of Go's edition of the database. `Local` is UTC, so that a policy means the same everywhere.
 */
export function findTimeZone(zone: string): TimeZone | undefined {
  if (zone === "" || zone === "UTC" || zone === "Local") return utc;
  const names = abbreviations.get(zone);
  if (names === undefined) return undefined;
  return (seconds) => {
    const instant = Temporal.Instant.fromEpochMilliseconds(Math.floor(seconds) * 1000);
    const offset = Math.round(instant.toZonedDateTimeISO(zone).offsetNanoseconds / 1e9);
    return { offset, name: nameAt(names, offset, seconds) };
  };
}

/** By zone, in the form that zone-abbreviations.ts tells. */
const abbreviations = new Map<string, string>();
for (const line of zoneAbbreviations.trim().split("\n")) {
  const [zones = "", names = ""] = line.split(" ", 2);
  for (const zone of zones.split(",")) abbreviations.set(zone, names);
}

function nameAt(names: string, offset: number, seconds: number): string {
  const own = names.split(";").find((each) => each.startsWith(`${offset}:`));
  if (own === undefined) return numericZoneName(offset);
  const [first = "", ...later] = own.slice(own.indexOf(":") + 1).split("|");
  const last = later.findLast((each) => Number.parseInt(each, 36) <= seconds);
  return last === undefined ? first : last.slice(last.indexOf("=") + 1);
}

import type { CivilTime } from "./civil-time.ts";
import {
  dayNames,
  isFraction,
  isZone,
  type LayoutElement,
  monthNames,
  splitLayout,
  type ZoneElement,
} from "./time-layout.ts";

/** Writes a time by a layout of Go's `time` package. */
export function formatTime(time: CivilTime, layout: string): string {
  return splitLayout(layout)
    .map(({ prefix, element }) => prefix + (element === undefined ? "" : formatElement(time, element)))
    .join("");
}

function formatElement(time: CivilTime, element: LayoutElement): string {
  if (isFraction(element)) return formatFraction(time.nanosecond, element);
  if (isZone(element)) return formatZone(time.offset, element);
  switch (element) {
    case "MST":
      return time.zoneName;
    case "15":
    case "3":
    case "03":
    case "4":
    case "04":
    case "5":
    case "05":
    case "PM":
    case "pm":
      return formatClock(time, element);
    default:
      return formatDate(time, element);
  }
}

type ClockElement = "15" | "3" | "03" | "4" | "04" | "5" | "05" | "PM" | "pm";
type DateElement = Exclude<LayoutElement, ClockElement | ZoneElement | `.${string}` | `,${string}` | "MST">;

function formatClock({ hour, minute, second }: CivilTime, element: ClockElement): string {
  switch (element) {
    case "15":
      return pad(hour, 2);
    case "3":
      return String(hour % 12 || 12);
    case "03":
      return pad(hour % 12 || 12, 2);
    case "4":
      return String(minute);
    case "04":
      return pad(minute, 2);
    case "5":
      return String(second);
    case "05":
      return pad(second, 2);
    case "PM":
      return hour >= 12 ? "PM" : "AM";
    case "pm":
      return hour >= 12 ? "pm" : "am";
  }
}

function formatDate({ year, month, day, yearDay, weekDay }: CivilTime, element: DateElement): string {
  switch (element) {
    case "January":
      return monthNames[month - 1]!;
    case "Jan":
      return monthNames[month - 1]!.slice(0, 3);
    case "1":
      return String(month);
    case "01":
      return pad(month, 2);
    case "Monday":
      return dayNames[weekDay]!;
    case "Mon":
      return dayNames[weekDay]!.slice(0, 3);
    case "2":
      return String(day);
    case "_2":
      return String(day).padStart(2, " ");
    case "02":
      return pad(day, 2);
    case "__2":
      return String(yearDay).padStart(3, " ");
    case "002":
      return pad(yearDay, 3);
    case "2006":
      return pad(year, 4);
    case "06":
      return pad(year % 100, 2);
  }
}

function formatZone(offset: number, element: ZoneElement): string {
  if (offset === 0 && element.startsWith("Z")) return "Z";
  const seconds = Math.abs(offset);
  const minutes = Math.floor(seconds / 60);
  // Less than a minute west is written as none.
  const sign = offset <= -60 ? "-" : "+";
  const parts = [Math.floor(minutes / 60), minutes % 60, seconds % 60].map((part) => pad(part, 2));
  const colon = element.includes(":") ? ":" : "";
  const digits = element.replaceAll(/[^\d]/g, "").length;
  return sign + parts.slice(0, digits / 2).join(colon);
}

/** Go counts digits up to 4095, and has no more than nine. */
export function fractionDigits(element: string): number {
  return (element.length - 1) & 0xfff;
}

function formatFraction(nanosecond: number, element: string): string {
  const [separator] = element;
  const digits = pad(nanosecond, 9).slice(0, Math.min(9, fractionDigits(element)));
  if (element[1] === "0") return separator + digits;
  const trimmed = digits.replace(/0+$/, "");
  return trimmed === "" ? "" : separator + trimmed;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, "0");
}

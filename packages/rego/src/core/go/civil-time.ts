import type { TimeZone } from "./time-zone.ts";

/** A moment, and what clocks and calendars of a time zone show then; for years from 0 to 9999. */
export interface CivilTime {
  /** Nanoseconds since 1970. */
  readonly ns: bigint;
  readonly zone: TimeZone;
  /** Seconds east of UTC, and what the time is called. */
  readonly offset: number;
  readonly zoneName: string;
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
  /** From 1. */
  readonly yearDay: number;
  /** From 0 for Sunday. */
  readonly weekDay: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanosecond: number;
}

const nsPerSecond = 1_000_000_000n;

export function civilTime(ns: bigint, zone: TimeZone): CivilTime {
  const nanosecond = Number(((ns % nsPerSecond) + nsPerSecond) % nsPerSecond);
  const seconds = Number((ns - BigInt(nanosecond)) / nsPerSecond);
  const { offset, name: zoneName } = zone(seconds);
  const local = new Date((seconds + offset) * 1000);
  const year = local.getUTCFullYear();
  const yearDay = Math.floor((local.getTime() - Date.UTC(year, 0, 1)) / 86_400_000) + 1;
  return {
    ...{ ns, zone, offset, zoneName, year, yearDay, nanosecond },
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    weekDay: local.getUTCDay(),
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
    second: local.getUTCSeconds(),
  };
}

/**
 * The time so much later, with days beyond the end of a month counted into the next one. Numbers wrap at 64 bits, as they do
 * in Go.
 * @returns nanoseconds since 1970; `undefined` for what does not fit into 64 bits
 */
export function addDate(time: CivilTime, years: bigint, months: bigint, days: bigint): bigint | undefined {
  const year = wrap(BigInt(time.year) + years);
  const month = wrap(wrap(BigInt(time.month) + months) - 1n);
  const day = wrap(BigInt(time.day) + days);
  const clock = BigInt(time.hour * 3600 + time.minute * 60 + time.second);
  const local = wrap(daySeconds(year, month, day) + clock);
  return nanosecondsAt(local, BigInt(time.nanosecond), time.zone);
}

/** Of a local time in seconds; a time that does not exist, or twice, is read with the offset of before. */
function nanosecondsAt(local: bigint, nanosecond: bigint, zone: TimeZone): bigint | undefined {
  if (local < -maxSeconds || local > maxSeconds) return undefined;
  const seconds = Number(local);
  const { offset } = zone(seconds);
  const actual = offset === 0 ? 0 : zone(seconds - offset).offset;
  return fittingNanoseconds(BigInt(seconds - actual) * nsPerSecond + nanosecond);
}

/** A day more than 64 bits of nanoseconds hold. */
const maxSeconds = 2n ** 63n / nsPerSecond + 86_400n;

/** `undefined` for what does not fit into 64 bits. */
export function fittingNanoseconds(ns: bigint): bigint | undefined {
  return BigInt.asIntN(64, ns) === ns ? ns : undefined;
}

/** Years before the first one that Go counts from, so that all of its years are positive. */
const absoluteYears = 292_277_022_400n;
const secondsPerDay = 86_400n;
/** From there to 1970, where years begin with March. */
const absoluteToUnix = -((absoluteYears * 3_652_425n) / 10_000n + 306n) * secondsPerDay - 62_135_596_800n;

/**
 * Seconds from 1970 to the begin of a day.
 * @param months - from 0; any number
 */
function daySeconds(years: bigint, months: bigint, day: bigint): bigint {
  const [year, monthIndex] = carry(years, months, 12n);
  // From 3 to 14: January and February belong to the year before.
  const isEarly = monthIndex < 2n;
  const month = monthIndex + 1n + (isEarly ? 12n : 0n);
  const shifted = BigInt.asUintN(64, year - (isEarly ? 1n : 0n) + absoluteYears);
  const monthDays = (979n * month - 2919n) >> 5n;
  const yearDays = (1461n * (shifted % 100n)) / 4n;
  const centuryDays = BigInt.asUintN(64, 146_097n * (shifted / 100n)) / 4n;
  return wrap((centuryDays + yearDays + monthDays + day - 1n) * secondsPerDay + absoluteToUnix);
}

/** Moves what is too much, or too little, for the low part into the high one. */
function carry(high: bigint, low: bigint, base: bigint): [high: bigint, low: bigint] {
  const rest = ((low % base) + base) % base;
  return [wrap(high + (low - rest) / base), rest];
}

function wrap(value: bigint): bigint {
  return BigInt.asIntN(64, value);
}

/** Days of a month, from 1. */
export function daysIn(month: number, year: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

export function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

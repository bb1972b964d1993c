import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { derReader } from "./der/reader.ts";
import { parseTimestamp } from "./rfc3339.ts";
import { der } from "./testing/der.ts";
import { formatCertificateTime, readTime } from "./time.ts";

const time = (tag: number, text: string) => readTime(derReader(der(tag, Buffer.from(text))));
const utc = 0x17;
const generalized = 0x18;

describe("readTime", () => {
  it.each([
    [utc, "200710160030Z", "2020-07-10T16:00:30Z"],
    [utc, "491231235959Z", "2049-12-31T23:59:59Z"],
    [utc, "500101000000Z", "1950-01-01T00:00:00Z"],
    [utc, "2007101600Z", "2020-07-10T16:00:00Z"],
    [utc, "200229000000Z", "2020-02-29T00:00:00Z"],
    [utc, "200710160030+0130", "2020-07-10T16:00:30+01:30"],
    [utc, "200710160030-0100", "2020-07-10T16:00:30-01:00"],
    [generalized, "21231105175546Z", "2123-11-05T17:55:46Z"],
    [generalized, "00010101000000Z", "0001-01-01T00:00:00Z"],
    [generalized, "99991231235959Z", "9999-12-31T23:59:59Z"],
  ])("reads %i %s", (tag, text, expected) => {
    const read = time(tag, text);
    expect(formatCertificateTime(read)).toBe(expected);
    expect(read.epochMs).toBe(Date.parse(expected));
  });

  it.each([
    [utc, "20071016003Z"],
    [utc, "200710160030"],
    [utc, "200710160030+0000"],
    [utc, "200710160030+2400"],
    [utc, "200710160060Z"],
    [utc, "200710240030Z"],
    [utc, "201310160030Z"],
    [utc, "210229000000Z"],
    [utc, "20071016003 Z"],
    [generalized, "20200710160030.5Z"],
    [generalized, "200710160030Z"],
    [0x13, "200710160030Z"],
  ])("refuses %i %s", (tag, text) => {
    expect(() => time(tag, text)).toThrow("malformed time");
  });
});

describe("parseTimestamp", () => {
  it.each([
    ["2030-01-01T00:00:00Z", 1_893_456_000_000],
    ["2030-01-01t00:00:00z", 1_893_456_000_000],
    ["2030-01-01 00:00:00Z", 1_893_456_000_000],
    ["2030-01-01T00:00:00.1239Z", 1_893_456_000_123],
    ["2030-01-01T02:30:00+02:30", 1_893_456_000_000],
    ["2029-12-31T18:00:00-06:00", 1_893_456_000_000],
    ["2029-12-31T23:59:60Z", 1_893_456_000_000],
    ["0000-01-01T00:00:00Z", Date.parse("0000-01-01T00:00:00Z")],
  ])("reads %s", (text, expected) => {
    expect(parseTimestamp(text)).toBe(expected);
  });

  it.each([
    "",
    "2030-01-01",
    "2030-01-01T00:00Z",
    "2030-01-01T00:00:00",
    "2030-1-1T00:00:00Z",
    "2030-13-01T00:00:00Z",
    "2030-02-29T00:00:00Z",
    "2030-01-01T00:00:00.Z",
    "2030-01-01T00:00:00+0100",
    "2030-01-01T00:00:00+24:00",
    "2030-01-01T00:60:00Z",
    "2030-01-01T00:00:61Z",
    " 2030-01-01T00:00:00Z",
    "12030-01-01T00:00:00Z",
    "2030-01-01T00:00:00Z\n",
  ])("refuses %j", (text) => {
    expect(() => parseTimestamp(text)).toThrow(expect.objectContaining({ code: "X509_TIMESTAMP_INVALID" }));
  });

  it("reads back any time", () => {
    const date = fc.date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true });
    fc.assert(
      fc.property(date, (value) => {
        expect(parseTimestamp(value.toISOString())).toBe(value.getTime());
      }),
    );
  });
});

import { describe, expect, it } from "vitest";
import { timestamp } from "./timestamp.ts";

describe("timestamp", () => {
  it.each([
    [0, "1970-01-01T00:00:00.000000Z"],
    [1767323045123.456, "2026-01-02T03:04:05.123456Z"],
    [1767323045123, "2026-01-02T03:04:05.123000Z"],
    [1767323045999.9995, "2026-01-02T03:04:06.000000Z"],
    [1767323045000.001, "2026-01-02T03:04:05.000001Z"],
  ])("shows %d ms", (timeMs, text) => {
    expect(timestamp(timeMs)).toBe(text);
  });
});

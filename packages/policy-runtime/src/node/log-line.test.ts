import { expect, it } from "vitest";
import { boundedLine } from "./log-line.ts";

const line = { level: "info", target: "policy_log", spans: [] } as const;

it("leaves a line of usual length as it is", () => {
  const usual = { ...line, message: "hello", fields: { data: "{}", count: 3 } };
  expect(boundedLine(usual)).toEqual(usual);
});

it("cuts the texts of a line that holds a document", () => {
  const long = "x".repeat(1_000_000);
  const { message, fields } = boundedLine({ ...line, message: long, fields: { data: long, count: 3 } });
  const shortened = `${"x".repeat(8192)}… (cut, 1000000 characters)`;
  expect({ message, fields }).toEqual({ message: shortened, fields: { data: shortened, count: 3 } });
});

import { describe, expect, it, test } from "vitest";
import { builtinContext } from "../../../fixtures/builtin-context.ts";
import { recordedCalls, resultOf } from "../../../fixtures/recorded-call.ts";
import { isNumber, numberOf, objectOf, type RegoValue, setOf } from "../value.ts";
import { formatValue } from "../value-text.ts";
import { valueBuiltins } from "./values.ts";

const calls = Map.groupBy(
  recordedCalls().filter(({ name }) => name in valueBuiltins),
  ({ name }) => name,
);

/** Their results are not the same in each evaluation. */
const unrecorded = ["rand.intn", "time.now_ns", "uuid.rfc4122"];

test("each function has recorded calls", () => {
  expect([...calls.keys(), ...unrecorded].sort()).toEqual(Object.keys(valueBuiltins).sort());
});

test.each([...calls])("policy-runtime 48: %s gives what OPA gives", (_, recorded) => {
  for (const call of recorded) {
    const result = resultOf(valueBuiltins, call);
    const [got, want] = [result, call.want].map((value) => value && formatValue(value));
    expect(got, formatValue(call.operands)).toBe(want);
  }
});

function call(name: string, ...operands: readonly RegoValue[]): RegoValue | undefined {
  return valueBuiltins[name]?.(operands, builtinContext());
}

describe("policy-runtime 48: what is not the same in each evaluation is so within one", () => {
  const withBytes = (byte: number) =>
    builtinContext({ fillRandom: (bytes) => void bytes.fill(byte), nowNs: 5n });

  it.each<[name: string, left: RegoValue[], right: RegoValue[]]>([
    ["rand.intn", ["a", numberOf(7)], ["a", numberOf(-7)]],
    ["uuid.rfc4122", ["a"], ["a"]],
    ["uuid.rfc4122", [setOf([numberOf(1)])], [setOf([numberOf("1")])]],
  ])("%s of equal operands", (name, left, right) => {
    const context = withBytes(1);
    const first = valueBuiltins[name]?.(left, context);
    expect(valueBuiltins[name]?.(right, { ...withBytes(2), memo: context.memo })).toBe(first);
    expect(valueBuiltins[name]?.(right, withBytes(2))).not.toEqual(first);
  });

  it.each<[name: string, left: RegoValue[], right: RegoValue[]]>([
    ["rand.intn", ["a", numberOf(7)], ["b", numberOf(7)]],
    ["rand.intn", ["a", numberOf(7)], ["a", numberOf(70)]],
    ["uuid.rfc4122", ["1"], [numberOf(1)]],
  ])("%s of other operands is another", (name, left, right) => {
    const context = withBytes(1);
    const first = valueBuiltins[name]?.(left, context);
    expect(valueBuiltins[name]?.(right, { ...withBytes(2), memo: context.memo })).not.toEqual(first);
  });

  it("rand.intn is below its bound, and reaches all numbers there", () => {
    const results = Array.from({ length: 200 }, () =>
      formatValue(call("rand.intn", "a", numberOf(3)) ?? null),
    );
    expect([...new Set(results)].sort()).toEqual(["0", "1", "2"]);
  });

  it("rand.intn passes over the words that would make low numbers more likely", () => {
    let word = 2n ** 64n - 1n;
    const fillRandom = (bytes: Uint8Array) => void new BigUint64Array(bytes.buffer).fill(word--);
    // 2 ** 64 - 1 is a multiple of 3.
    const result = valueBuiltins["rand.intn"]?.(["a", numberOf(3)], builtinContext({ fillRandom }));
    expect(result).toEqual(numberOf(2));
  });

  it.each([0, "0.0"])("rand.intn below %s is 0", (bound) => {
    expect(call("rand.intn", "a", numberOf(bound))).toEqual(numberOf(0));
  });

  it("uuid.rfc4122 has version 4 and the variant of RFC 4122", () => {
    expect(valueBuiltins["uuid.rfc4122"]?.(["a"], withBytes(0xff))).toBe(
      "ffffffff-ffff-4fff-bfff-ffffffffffff",
    );
  });

  it("time.now_ns is the time of the evaluation", () => {
    expect(valueBuiltins["time.now_ns"]?.([], withBytes(0))).toEqual(numberOf(5));
  });
});

const names = Array.from({ length: 60 }, (_, index) => `n${index}`);
const deep = names
  .flatMap(() => Array(1000).fill("a"))
  .reduce((inner, key) => objectOf([[key, inner]]), null);
const chain = objectOf(Array.from({ length: 5000 }, (_, index) => [`n${index}`, [`n${index + 1}`]] as const));
const networks = Array.from({ length: 1500 }, (_, index) => `10.${index >> 8}.${index & 255}.0/24`);

describe("policy-runtime 48: operands that would take too long, or too much room, end the evaluation", () => {
  it.each<[string, string, ...RegoValue[]]>([
    ["all IPv4 addresses", "net.cidr_expand", "0.0.0.0/0"],
    ["all IPv6 addresses", "net.cidr_expand", "::/0"],
    ["many pairs of networks", "net.cidr_contains_matches", networks, networks],
    ["many matches", "net.cidr_contains_matches", Array(1200).fill("0.0.0.0/0"), Array(1200).fill("1.1.1.1")],
    ["many numbers", "numbers.range_step", numberOf(0), numberOf("1000000000000"), numberOf(1)],
    ["numbers without an end", "numbers.range_step", numberOf("-1e300"), numberOf("1e300"), numberOf(2)],
    ["a long number", "units.parse", "1e999999Ki"],
    ["a long number of bytes", "units.parse_bytes", "1e999999Ki"],
    ["a long number with a fraction", "units.parse", `${"9".repeat(1_000_002)}.5`],
    ["a graph of all edges", "graph.reachable_paths", objectOf(names.map((name) => [name, names])), ["n0"]],
    ["a path that is too long", "graph.reachable_paths", chain, ["n0"]],
    [
      "an array that nearly repeats",
      "object.subset",
      Array(8000).fill(null),
      [...Array(4000).fill(null), true],
    ],
    ["objects that are too deep", "object.subset", deep, deep],
    ["a long time", "time.format", [numberOf(0), "UTC", "2006".repeat(300_000)]],
  ])("%s", (_, name, ...operands) => {
    expect(() => call(name, ...operands)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^REGO_(OUTPUT_)?LIMIT$/) }),
    );
  });
});

describe("policy-runtime 48: long operands take linear time", () => {
  it.each<[string, string, ...RegoValue[]]>([
    ["a number far below all others", "units.parse", "1e-999999"],
    ["bytes far below one", "units.parse_bytes", "1e-999999"],
    ["an amount of signs", "units.parse", "1".padEnd(300_000, "e+1")],
    ["digits behind a letter", "time.parse_duration_ns", `d${"1".repeat(100_000)}`],
    ["points", "time.parse_duration_ns", `${"1.".repeat(100_000)}d`],
    ["a layout of spaces", "time.parse_ns", " ".repeat(300_000), "1"],
    ["a layout of zeros", "time.parse_ns", `.${"0".repeat(300_000)}1`, "1"],
    ["a long version", "semver.is_valid", `1.0.0-${"1".repeat(300_000)}.`],
    ["a long UUID", "uuid.parse", "a".repeat(300_000)],
    ["a long exponent of a time", "time.date", numberOf("1e999999")],
    ["years without an end", "time.add_date", numberOf(0), numberOf(2n ** 62n), numberOf(0), numberOf(0)],
  ])("%s", (_, name, ...operands) => {
    const result = resultOf(valueBuiltins, { name, operands, want: undefined });
    expect(result === undefined || typeof result !== "object" || (result !== null && isNumber(result))).toBe(
      true,
    );
  });
});

describe("time zones", () => {
  it.each<[string, string, RegoValue]>([
    ["the name of the time", "America/New_York", "EDT -04:00"],
    ["digits for a time without a name", "America/Sao_Paulo", "-03 -03:00"],
    ["hours and minutes", "Asia/Kathmandu", "+0545 +05:45"],
    ["fixed offsets, which have the other sign", "Etc/GMT+5", "-05 -05:00"],
    ["UTC for the local zone", "Local", "UTC +00:00"],
  ])("%s", (_, zone, expected) => {
    expect(call("time.format", [numberOf("1782000000000000000"), zone, "MST -07:00"])).toBe(expected);
  });

  it("names change with the years", () => {
    const nameIn = (seconds: number) =>
      call("time.format", [numberOf(BigInt(seconds) * 1_000_000_000n), "America/Indiana/Petersburg", "MST"]);
    expect([-800_000_000, 100_000_000, 700_000_000, 1_780_000_000].map(nameIn)).toEqual([
      "CWT",
      "CST",
      "EST",
      "EDT",
    ]);
  });

  it.each(["europe/paris", "Nowhere/Town", "../UTC", "constructor", "+01:00"])(
    "none is called %s",
    (zone) => {
      expect(() => call("time.date", [numberOf(0), zone])).toThrow("unknown time zone");
    },
  );
});

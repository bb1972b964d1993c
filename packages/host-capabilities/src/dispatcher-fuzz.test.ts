import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hostCall, testPolicy } from "../fixtures/host.ts";
import { samplePayloads, sampleResource } from "../fixtures/sample-payloads.ts";
import { HostCallError } from "./errors.ts";
import { listItems } from "./inventory/list-items.ts";
import { callableCapabilities, capabilities } from "./table.ts";

const paths = capabilities.map(({ path }) => path);
const grantable = callableCapabilities.filter(({ kind }) => kind === "served").map(({ path }) => path);
const resources = [
  sampleResource,
  { apiVersion: "v1", kind: "Secret" },
  { apiVersion: "apps/v1", kind: "x" },
];

/** Words that payloads know, and values that they do not expect. */
const words = [
  ...["api_version", "kind", "name", "namespace", "label_selector", "field_masks", "disable_cache", "type"],
  ...[
    "image",
    "annotations",
    "pub_keys",
    "cert",
    "data",
    "encoding",
    "subject_access_review",
    "user",
    "groups",
  ],
  ...["v1", "Namespace", "Secret", "Pem", "SigstorePubKeyVerify", "__proto__", "constructor", "toString", ""],
];
const key = fc.oneof(fc.constantFrom(...words), fc.string());
const strange = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, 1e300, [], {}, [[]], "\u0000", "\ud800", "😀"),
  fc.constantFrom(...words),
  fc.jsonValue({ maxDepth: 3 }),
);

/** The sample with one of its values, wherever it stands, replaced, removed or put elsewhere. */
function changed(
  sample: unknown,
  steps: readonly number[],
  change: { key: string; value: unknown },
): unknown {
  const [step, ...rest] = steps;
  if (step === undefined || typeof sample !== "object" || sample === null) return change.value;
  const entries = Object.entries(sample);
  const at = step % (entries.length + 2);
  if (at === entries.length) return { ...sample, [change.key]: change.value };
  if (at > entries.length) return Object.fromEntries(entries.slice(1));
  const [name, value] = entries[at]!;
  const inner = changed(value, rest, change);
  if (Array.isArray(sample)) return sample.with(at, inner);
  return { ...sample, [name]: inner };
}

const encode = (text: string) => new TextEncoder().encode(text);
const payloadOf = (path: (typeof paths)[number]) => {
  const sample = fc.constantFrom(...samplePayloads[path]);
  const mutation = fc.record({ key, value: strange });
  return fc.oneof(
    sample.map((value) => encode(JSON.stringify(value))),
    fc
      .tuple(sample, fc.array(fc.nat(20), { maxLength: 4 }), mutation)
      .map(([value, steps, change]) => encode(JSON.stringify(changed(value, steps, change)) ?? "")),
    fc
      .tuple(
        sample,
        fc.nat(),
        fc.constantFrom("", '"', "{", "}", "[", ",", "\\", "\\u0000", "0", "\u0001", " "),
      )
      .map(([value, at, piece]) => {
        const text = JSON.stringify(value);
        const cut = at % (text.length + 1);
        return encode(text.slice(0, cut) + piece + text.slice(cut + 1));
      }),
    fc.jsonValue().map((value) => encode(JSON.stringify(value))),
    fc.uint8Array({ maxLength: 60 }),
  );
};

const situation = fc.constantFrom(...paths).chain((path) =>
  fc.record({
    path: fc.constant(path),
    payload: payloadOf(path),
    patterns: fc.oneof(
      {
        weight: 2,
        arbitrary: fc.constantFrom<string[]>(
          ["*"],
          [path].filter((each) => grantable.includes(each)),
        ),
      },
      fc.subarray([...grantable]),
    ),
    listed: fc.subarray(resources),
    namespaced: fc.boolean(),
  }),
);

describe("any host call", () => {
  it("policy-runtime 32, 34: ends with bytes or a host error, and asks for nothing that was not granted", async () => {
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(situation, async ({ path, payload, patterns, listed, namespaced }) => {
        const { dispatcher, deeds } = testPolicy({ patterns, contextAwareResources: listed, namespaced });
        const error = await callOf(() => dispatcher.call(hostCall(path, payload)));
        if (error !== undefined) expect(error).toBeInstanceOf(HostCallError);
        answered += deeds.length;
        for (const { name, with: operands } of deeds) {
          expect(patterns.includes("*") || patterns.includes(path)).toBe(true);
          expect(grantable).toContain(path);
          if (name !== "list" && name !== "get") continue;
          expect(namespaced).toBe(false);
          expect(listed).toContainEqual(operands[0]);
        }
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: 3000 },
    );
    // most would mean little if they were all refused
    expect(answered).toBeGreaterThan(100);
  });

  it.each(['{"items":[]}}', '{"items":[]} x', '{"items":[]},', "[]", '{"items":null}', '{"items":{}}', "{}"])(
    "policy-runtime 46: %s is no empty list",
    (text) => {
      expect(() => listItems(encode(text))).toThrow(HostCallError);
    },
  );

  it("policy-runtime 46: a list that is none is an error, never an empty inventory", () => {
    const pieces = ['{"items":', "[", "]", "{", "}", ",", '"metadata":', '{"name":"a"}', "null", '"x"', "1"];
    const text = fc.array(fc.constantFrom(...pieces), { maxLength: 9 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.oneof(text.map(encode), fc.uint8Array()), (bytes) => {
        try {
          const found = listItems(bytes);
          const { items } = JSON.parse(new TextDecoder().decode(bytes));
          expect(found.length).toBe(items.length);
        } catch (error) {
          expect(error).toBeInstanceOf(HostCallError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

async function callOf(call: () => unknown): Promise<unknown> {
  try {
    await call();
    return undefined;
  } catch (error) {
    return error;
  }
}

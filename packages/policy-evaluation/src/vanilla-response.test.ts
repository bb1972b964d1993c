import { applyPatch, type LosslessValue, losslessEquals, parseLossless } from "@kubewarden-ts/protocol";
import fc from "fast-check";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { toAdmissionResponse } from "./vanilla-response.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function respond(
  answer: string | Uint8Array,
  object: string | undefined = '{"a":1}',
  protocol: "wapc" | "wasi" = "wapc",
) {
  return toAdmissionResponse({
    uid: "u1",
    object: object === undefined ? undefined : bytes(object),
    answer: typeof answer === "string" ? bytes(answer) : answer,
    protocol,
  });
}

function mutate(object: string, mutated: string): string | undefined {
  const { patch } = respond(`{"accepted":true,"mutated_object":${mutated}}`, object);
  return patch === undefined ? undefined : new TextDecoder().decode(Buffer.from(patch, "base64"));
}

const plain = { uid: "u1", auditAnnotations: null, warnings: null };

describe("toAdmissionResponse", () => {
  it.each([
    ["an acceptance", '{"accepted":true}', { allowed: true }],
    ["a rejection without words", '{"accepted":false}', { allowed: false }],
    [
      "policy-runtime 2: message and code",
      '{"accepted":false,"message":"no","code":403}',
      { allowed: false, status: { message: "no", code: 403 } },
    ],
    [
      "message and code of an acceptance",
      '{"accepted":true,"message":"fine","code":0}',
      { allowed: true, status: { message: "fine", code: 0 } },
    ],
    ["an empty message", '{"accepted":false,"message":""}', { allowed: false, status: { message: "" } }],
    [
      "policy-server 19: warnings, annotations and code",
      '{"accepted":false,"code":418,"warnings":["w"],"audit_annotations":{"k":"v"}}',
      { allowed: false, status: { code: 418 }, warnings: ["w"], auditAnnotations: { k: "v" } },
    ],
    [
      "null where it stands for nothing",
      '{"accepted":true,"message":null,"code":null,"mutated_object":null,"audit_annotations":null,"warnings":null}',
      { allowed: true },
    ],
    [
      "members of others, even twice",
      ' {"constructor":1,"constructor":2,"accepted":true,"x":[{}]} \n',
      { allowed: true },
    ],
    ["a key with escapes", '{"\\u0061ccepted":true}', { allowed: true }],
  ])("passes on %s", (_what, answer, expected) => {
    expect(respond(answer)).toEqual({ ...plain, ...expected });
  });

  it("writes the keys in the order of policy-server 4.4", () => {
    const response = respond('{"accepted":false,"code":1,"message":"m","mutated_object":{"a":2}}');
    expect(Object.keys(response)).toEqual([
      "uid",
      "allowed",
      "patchType",
      "patch",
      "status",
      "auditAnnotations",
      "warnings",
    ]);
    expect(Object.keys(response.status ?? {})).toEqual(["message", "code"]);
  });

  it.each([
    ["no JSON", "{", /^EOF while parsing/],
    ["an empty answer", "", /^EOF while parsing/],
    ["more than one document", '{"accepted":true}{}', /^trailing characters/],
    ["a list", "[true]", /^expected value/],
    ["no verdict", "{}", /^accepted: expected a value, received nothing$/],
    ["a verdict as text", '{"accepted":"true"}', /^accepted: expected boolean, received "true"$/],
    ["two verdicts", '{"accepted":false,"accepted":true}', /^duplicate field `accepted`$/],
    [
      "two verdicts, one with escapes",
      '{"accepted":false,"\\u0061ccepted":true}',
      /^duplicate field `accepted`$/,
    ],
    [
      "two objects",
      '{"accepted":true,"mutated_object":{},"mutated_object":{}}',
      /^duplicate field `mutated_object`$/,
    ],
    ["policy-runtime 11: a code beyond 16 bits", '{"accepted":true,"code":70000}', /^code: expected /],
    ["a code below zero", '{"accepted":true,"code":-1}', /^code: expected /],
    ["a code with fraction", '{"accepted":true,"code":403.0}', /^code: expected /],
    ["a message that is a number", '{"accepted":true,"message":5}', /^message: expected string, received 5$/],
    ["annotations that are a list", '{"accepted":true,"audit_annotations":["x"]}', /^audit_annotations/],
    [
      "warnings that are no texts",
      '{"accepted":true,"warnings":[1]}',
      /^warnings\[0\]: expected string, received 1$/,
    ],
    ["bytes that are no text", new Uint8Array([...bytes('{"accepted":true,"x":"'), 0xff, 0x22, 0x7d]), /./],
  ])("policy-runtime 11: rejects %s", (_what, answer, detail) => {
    for (const [protocol, prefix] of [
      ["wapc", "internal server error: invalid response from policy: "],
      ["wasi", "internal server error: Cannot deserialize policy validation response: "],
    ] as const) {
      const { status, ...rest } = respond(answer, "{}", protocol);
      expect(rest).toEqual({ ...plain, allowed: false });
      expect(status?.code).toBe(500);
      expect(status?.message?.startsWith(prefix)).toBe(true);
      expect(status?.message?.slice(prefix.length)).toMatch(detail);
    }
  });

  it.each([
    ["equal bytes", '{"a":1}', '{"a":1}'],
    ["another order of keys", '{"a":1,"b":2}', '{ "b": 2, "a": 1 }'],
    ["the same text with escapes", '{"a":"é"}', '{"a":"\\u00e9"}'],
    [
      "policy-runtime 18: numbers that JavaScript would change",
      '{"n":9007199254740993,"f":1.0}',
      '{"f":1.0,"n":9007199254740993}',
    ],
  ])("policy-runtime 16, policy-server 5: makes no patch of %s", (_what, object, mutated) => {
    expect(respond(`{"accepted":true,"mutated_object":${mutated}}`, object)).toEqual({
      ...plain,
      allowed: true,
    });
  });

  it.each([
    ['{"a":1}', '{"a":2}', '[{"op":"replace","path":"/a","value":2}]'],
    ['{"a":1}', '{"a":1.0}', '[{"op":"replace","path":"/a","value":1.0}]'],
    [
      '{"n":9007199254740993}',
      '{"n":9007199254740992}',
      '[{"op":"replace","path":"/n","value":9007199254740992}]',
    ],
    ['{"a":{"é":1}}', '{"a":{"é":1,"~/":"ü"}}', '[{"op":"add","path":"/a/~0~1","value":"ü"}]'],
    ['{"resource":"banana"}', '{"resource":"hay"}', '[{"op":"replace","path":"/resource","value":"hay"}]'],
    ['"raw"', "5", '[{"op":"replace","path":"","value":5}]'],
    [
      '{"a":1,"l":[1,2,3]}',
      '{"b":2,"l":[1]}',
      '[{"op":"add","path":"/b","value":2},{"op":"remove","path":"/l/1"},{"op":"remove","path":"/l/1"},{"op":"remove","path":"/a"}]',
    ],
  ])("policy-runtime 17, 20, policy-server 3: makes a patch from %s to %s", (object, mutated, patch) => {
    expect(mutate(object, mutated)).toBe(patch);
  });

  it("makes a patch of a rejection as well", () => {
    expect(respond('{"accepted":false,"message":"no","mutated_object":{}}')).toEqual({
      ...plain,
      allowed: false,
      patchType: "JSONPatch",
      patch: Buffer.from('[{"op":"remove","path":"/a"}]').toString("base64"),
      status: { message: "no" },
    });
  });

  it("policy-server 16, policy-runtime 19: refuses to mutate what is being deleted", () => {
    const response = toAdmissionResponse({
      uid: "u1",
      object: undefined,
      answer: bytes('{"accepted":true,"mutated_object":{},"warnings":["w"],"audit_annotations":{"k":"v"}}'),
      protocol: "wapc",
    });
    expect(response).toEqual({
      ...plain,
      allowed: false,
      status: {
        message:
          "Incoming object is null, which happens only with DELETE operations, but the policy is attempting a mutation. This is not allowed",
      },
    });
  });

  it.each([
    ["wapc", "internal server error: invalid response from policy: "],
    ["wasi", "internal server error: Cannot convert policy validation response: "],
  ] as const)("rejects what cannot be compared (%s)", (protocol, prefix) => {
    const { allowed, status } = respond('{"accepted":true,"mutated_object":{}}', "{", protocol);
    expect(allowed).toBe(false);
    expect(status).toEqual({ code: 500, message: expect.stringMatching(new RegExp(`^${prefix}`)) });
  });

  it("never accepts an answer in which an independent reader finds no acceptance", () => {
    const member = fc.tuple(
      fc.constantFrom("accepted", "message", "code", "mutated_object", "warnings", "audit_annotations", "x"),
      fc.oneof(
        fc.constantFrom(
          "true",
          "false",
          "null",
          "1",
          "70000",
          '"t"',
          "[]",
          "{}",
          '["w"]',
          '{"k":"v"}',
          "tru",
        ),
        fc.json(),
      ),
    );
    const document = fc
      .array(member, { maxLength: 6 })
      .map((members) => `{${members.map(([key, json]) => `"${key}":${json}`).join(",")}}`);
    const Oracle = v.object({
      accepted: v.literal(true),
      message: v.nullish(v.string()),
      code: v.nullish(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65535))),
      warnings: v.nullish(v.array(v.string())),
      audit_annotations: v.nullish(v.record(v.string(), v.string())),
    });
    const accepts = (text: string): boolean => {
      try {
        return v.is(Oracle, JSON.parse(text));
      } catch {
        return false;
      }
    };
    fc.assert(
      fc.property(fc.oneof(document, fc.string()), (text) => {
        if (respond(text, "{}").allowed) expect(accepts(text)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it("makes patches that turn the object into what the policy wanted", () => {
    const json = fc.json({ maxDepth: 3 });
    fc.assert(
      fc.property(
        json,
        json.filter((text) => text !== "null"),
        (object, mutated) => {
          const patch = mutate(object, mutated);
          const operations = patch === undefined ? [] : readPatch(patch);
          expect(losslessEquals(applyPatch(parseLossless(object), operations), parseLossless(mutated))).toBe(
            true,
          );
        },
      ),
      { numRuns: 300 },
    );
  });
});

function readPatch(text: string) {
  const operations = parseLossless(text);
  if (!Array.isArray(operations)) throw new Error("no list");
  return operations.map((operation) => {
    const { op, path, value } = Object.fromEntries(operation as Map<string, LosslessValue>);
    if (op === "remove") return { op, path: String(path) } as const;
    return { op: op === "add" ? "add" : "replace", path: String(path), value: value ?? null } as const;
  });
}

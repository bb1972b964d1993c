import type { AdmissionResponse } from "@kubewarden-ts/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { gatekeeperResponse } from "../../packages/policy-evaluation/src/gatekeeper-response.ts";
import { opaResponse } from "../../packages/policy-evaluation/src/opa-response.ts";
import { readSettingsAnswer } from "../../packages/policy-evaluation/src/settings-answer.ts";
import { toAdmissionResponse } from "../../packages/policy-evaluation/src/vanilla-response.ts";
import { brokenDocuments, bytesOf, forgedValues, inheritedKeys } from "./forged/forgeries.ts";

afterEach(() => expect(inheritedKeys()).toEqual([]));

const object = bytesOf('{"a":1}');
const respond = (answer: Uint8Array, protocol: "wapc" | "wasi" = "wapc"): AdmissionResponse =>
  toAdmissionResponse({ uid: "u1", object, answer, protocol });

/** How each kind of policy says yes, with room for one more member; and what is made of it. */
const dialects: readonly (readonly [
  name: string,
  accepting: (more: string) => string,
  respond: (answer: Uint8Array) => AdmissionResponse,
])[] = [
  ["waPC", (more) => `{"accepted":true${more}}`, (answer) => respond(answer, "wapc")],
  ["WASI", (more) => `{"accepted":true${more}}`, (answer) => respond(answer, "wasi")],
  [
    "OPA",
    (more) => `[{"result":{"response":{"uid":"","allowed":true${more}}}}]`,
    (answer) => opaResponse("u1", answer),
  ],
];
const gatekeeper = (answer: string | Uint8Array) =>
  gatekeeperResponse("u1", typeof answer === "string" ? bytesOf(answer) : answer);

const refused = {
  allowed: false,
  status: { code: 500, message: expect.stringMatching(/^internal server error: \S.{3}/) },
};

describe.each(dialects)("the answer of a %s policy", (_name, accepting, read) => {
  it("is an acceptance to begin with", () => {
    expect(read(bytesOf(accepting("")))).toMatchObject({ allowed: true });
  });

  it.each(brokenDocuments)("policy-runtime 11: is refused with %s", (_what, forge) => {
    const response = read(forge(accepting("")));
    expect(response).toMatchObject(refused);
    expect(response.patch).toBeUndefined();
  });

  it.each(forgedValues)("policy-runtime 11: never says more than it does: $what", ({ text }) => {
    for (const more of [
      `,"more":${text}`,
      `,"warnings":[${text}]`,
      `,"message":${text}`,
      `,"code":${text}`,
    ]) {
      const response = read(bytesOf(accepting(more)));
      expect([true, false]).toContain(response.allowed);
      if (!response.allowed) expect(response).toMatchObject(refused);
      expect(response.patch).toBeUndefined();
      expect(JSON.stringify(response).length).toBeLessThan(20_000);
    }
  });

  it.each(["accepted", "allowed"])("policy-runtime 11: takes no verdict from elsewhere: %s", (key) => {
    for (const text of [
      `{"__proto__":{"${key}":true}}`,
      `{"constructor":{"prototype":{"${key}":true}}}`,
      `{"__proto__":{"__proto__":{"${key}":true,"uid":""}}}`,
      `{"more":{"${key}":true}}`,
      `{"${key.toUpperCase()}":true}`,
      `{"${key} ":true}`,
      `{"${key}":1}`,
      `{"${key}":"true"}`,
      `{"${key}":[true]}`,
      `{"${key}":{"valueOf":true}}`,
      `[true]`,
      "true",
    ]) {
      expect(respond(bytesOf(text))).toMatchObject(refused);
      expect(opaResponse("u1", bytesOf(`[{"result":{"response":${text}}}]`))).toMatchObject(refused);
    }
  });
});

describe("two verdicts in one answer", () => {
  it.each([
    '{"accepted":false,"accepted":true}',
    '{"accepted":true,"accepted":false}',
    '{"accepted":false,"accept\\u0065d":true}',
    '{"accepted":true,"mutated_object":{"a":2},"mutated_object":{"a":1}}',
  ])("policy-runtime 11: %s is none", (text) => {
    expect(respond(bytesOf(text))).toMatchObject(refused);
  });

  it.each([
    '[{"result":{"response":{"uid":"","allowed":false,"allowed":true}}}]',
    '[{"result":{"response":{"uid":"","allowed":false},"response":{"uid":"","allowed":true}}}]',
    '[{"result":{"response":{"uid":"","allowed":false}},"result":{"response":{"uid":"","allowed":true}}}]',
  ])("policy-runtime 5: %s is none", (text) => {
    expect(opaResponse("u1", bytesOf(text))).toMatchObject(refused);
  });

  it.each([
    '[{"result":[{"msg":"no"}],"result":[]}]',
    '[{"result":[],"result":[]}]',
    '[{"__proto__":{"result":[]}}]',
    '[{"result":{"length":0}}]',
    '[{"result":null}]',
    '[{"result":false}]',
    "[[]]",
    '{"0":{"result":[]},"length":1}',
  ])("policy-runtime 49: %s is no absence of violations", (text) => {
    expect(gatekeeper(text)).toMatchObject(refused);
  });

  it.each(brokenDocuments)("policy-runtime 49: nor is a result with %s", (_what, forge) => {
    expect(gatekeeper(forge('[{"result":[]}]'))).toMatchObject(refused);
  });

  it.each([
    '{"valid":false,"valid":true}',
    '{"valid":true,"valid":true}',
    '{"__proto__":{"valid":true}}',
    '{"valid":1}',
    '{"VALID":true}',
    "[true]",
  ])("policy-runtime 26: %s makes no settings valid", (text) => {
    expect(readSettingsAnswer(bytesOf(text), "wapc")).toMatch(/^error: \S/);
    expect(readSettingsAnswer(bytesOf(text), "wasi")).toMatch(/^Cannot deserialize .*: \S/);
  });
});

describe("a mutated object", () => {
  const mutate = (mutated: string) => respond(bytesOf(`{"accepted":true,"mutated_object":${mutated}}`));

  it.each(forgedValues)(
    "policy-runtime 17: becomes a patch that says the same, or nothing: $what",
    ({ text, isRefused }) => {
      const response = mutate(`{"a":${text}}`);
      if (isRefused) {
        expect(response).toMatchObject(refused);
        expect(response.patch).toBeUndefined();
        return;
      }
      expect(response.allowed).toBe(true);
      const patch = Buffer.from(response.patch ?? "", "base64").toString();
      expect(patch).toBe(`[{"op":"replace","path":"/a","value":${written(text)}}]`);
    },
  );

  it.each(["__proto__", "constructor", "prototype", "", "~", "/", "~1", "-", "0", "\u0000", "😀"])(
    "policy-runtime 17: may have the key %j",
    (key) => {
      const text = JSON.stringify(key);
      const response = mutate(`{"a":1,${text}:{"polluted":true}}`);
      const pointer = `/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
      expect(JSON.parse(Buffer.from(response.patch ?? "", "base64").toString())).toEqual([
        { op: "add", path: pointer, value: { polluted: true } },
      ]);
    },
  );

  it("policy-runtime 17: with the same key twice is what its last one says, to us and to the API server", () => {
    const patch = mutate('{"a":2,"a":1,"a":3}').patch ?? "";
    expect(Buffer.from(patch, "base64").toString()).toBe('[{"op":"replace","path":"/a","value":3}]');
  });
});

describe("annotations of an answer", () => {
  it("policy-server 19: keep every key, those of birth too", () => {
    const response = respond(
      bytesOf('{"accepted":true,"audit_annotations":{"__proto__":"p","constructor":"c","k":"v"}}'),
    );
    expect(JSON.stringify(response.auditAnnotations)).toBe('{"__proto__":"p","constructor":"c","k":"v"}');
  });
});

/** Characters that were escapes and need not be are written as themselves. */
function written(text: string): string {
  return text === '"\\ufeff"' ? '"\ufeff"' : text.replace("\\u005f", "_");
}

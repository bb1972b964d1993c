import {
  isLosslessNumber,
  type LosslessValue,
  parseLossless,
  readAdmissionReview,
  readRawReview,
} from "@kubewarden-ts/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { parsePolicies } from "../../packages/policy-evaluation/src/policies-file.ts";
import { settingsToJson } from "../../packages/policy-evaluation/src/settings.ts";
import { brokenDocuments, bytesOf, forgedValues, inheritedKeys } from "./forged/forgeries.ts";

afterEach(() => expect(inheritedKeys()).toEqual([]));

const request = (more: string) =>
  `{"uid":"u1","kind":{"group":"","version":"v1","kind":"Pod"},"resource":{"group":"","version":"v1","resource":"pods"},"operation":"CREATE","userInfo":{},"namespace":"team-a"${more}}`;
const review = (more = "") =>
  `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":${request(more)}}`;

/** What the guest gets, as text. */
function seen(read: ReturnType<typeof readAdmissionReview>): string {
  if (read.kind === "malformed") return `${read.status} ${read.message}`;
  return Buffer.concat(read.pieces).toString();
}

describe("a request", () => {
  it.each(brokenDocuments)("policy-server 13: is refused with %s", (_what, forge) => {
    for (const read of [readAdmissionReview, readRawReview]) {
      expect(seen(read(forge(review())))).toMatch(/^4(?:00|22) Failed to \S.{10}/);
    }
  });

  it.each(forgedValues)(
    "policy-server 15: reaches the guest as it came, or not at all: $what",
    ({ text }) => {
      const object = seen(readAdmissionReview(bytesOf(review(`,"object":${text},"options":${text}`))));
      if (/^4/.test(object)) expect(object).toMatch(/^400 Failed to \S.{10}/);
      else expect(object).toContain(`"object":${text}`);
      const raw = seen(readRawReview(bytesOf(`{"request":${text}}`)));
      if (/^4(?:00|22) /.test(raw)) expect(raw).toMatch(/^400 Failed to \S.{10}/);
      else expect(raw).toBe(text);
    },
  );

  it.each(forgedValues)("policy-server 14: takes no known field from what is forged: $what", ({ text }) => {
    for (const field of ["name", "subResource", "dryRun", "requestKind"]) {
      const read = readAdmissionReview(bytesOf(review(`,"${field}":${text}`)));
      if (read.kind === "request") expect(text).toMatch(/^"/);
      else expect(seen(read)).toMatch(/^4(?:00|22) Failed to \S.{10}/);
    }
    const known = readAdmissionReview(bytesOf(review(`,"unknown":${text}`)));
    expect(seen(known)).toMatch(/^\{"uid":"u1"(?!.*unknown)|^400 Failed to \S.{10}/);
  });

  it.each([
    ["uid", '"u2"'],
    ["namespace", '"kube-system"'],
    ["operation", '"DELETE"'],
    ["object", "{}"],
    ["n\\u0061mespace", '"kube-system"'],
    ["userInfo", '{"username":"system:admin"}'],
  ])("policy-server 14: with two %s is refused", (field, value) => {
    const forged = review(`,"object":{"a":1},"${field}":${value}`);
    expect(seen(readAdmissionReview(bytesOf(forged)))).toMatch(/^422 .*duplicate field/);
  });

  it.each(["__proto__", "constructor", "prototype"])("policy-server 14: inherits nothing by %s", (key) => {
    const bare = `{"request":{"${key}":${request("")}}}`;
    expect(seen(readAdmissionReview(bytesOf(bare)))).toMatch(/^422 .*missing field/);
    expect(seen(readAdmissionReview(bytesOf(`{"${key}":${review()}}`)))).toMatch(/^422 .*missing field/);
    const extra = review("").replace('"userInfo":{}', `"userInfo":{"extra":{"${key}":["polluted"]}}`);
    expect(seen(readAdmissionReview(bytesOf(extra)))).toContain(`"extra":{"${key}":["polluted"]}`);
  });
});

describe("settings", () => {
  const read = (settings: string): LosslessValue => {
    const entry = parsePolicies(`{"p":{"module":"m","settings":${settings}}}`, "policies.yml").get("p");
    if (entry?.kind !== "policy") throw new Error("no policy");
    return parseLossless(settingsToJson(entry.settings));
  };

  it.each(forgedValues)(
    "policy-runtime 25: reach the guest as they are, or the file is refused: $what",
    ({ text }) => {
      let settings: LosslessValue;
      try {
        settings = read(`{"a":${text}}`);
      } catch (error) {
        expect(error).toMatchObject({
          name: "PoliciesFileError",
          message: expect.stringMatching(/policies\.yml": \S/),
        });
        return;
      }
      const [given, got] = [parseLossless(`{"a":${text}}`), settings].map(plain);
      expect(got).toEqual(given);
    },
  );

  it("policy-runtime 25: of a policy do not become those of another", () => {
    const policies = parsePolicies(
      '{"__proto__":{"module":"m","settings":{"a":1}},"constructor":{"module":"n"},"q":{"module":"m"}}',
      "policies.yml",
    );
    expect([...policies.keys()]).toEqual(["__proto__", "constructor", "q"]);
    expect(policies.get("q")).toMatchObject({
      settings: {},
      hostCapabilities: [],
      contextAwareResources: [],
    });
  });

  it("policy-runtime 33: no grant is inherited", () => {
    const text = `{"p":{"module":"m","__proto__":{"hostCapabilities":["*"],"contextAwareResources":[{"apiVersion":"v1","kind":"Secret"}]}}}`;
    expect(parsePolicies(text, "policies.yml").get("p")).toMatchObject({
      hostCapabilities: [],
      contextAwareResources: [],
    });
  });
});

/** Numbers by their value, members whatever their order: how a value is written does not count here. */
function plain(value: LosslessValue): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return [...value].toSorted().map(([key, member]) => [key, plain(member)]);
  return value !== null && isLosslessNumber(value) ? Number(value.text) : value;
}

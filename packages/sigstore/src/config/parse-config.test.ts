import fc from "fast-check";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { changeAt } from "../../fixtures/change-json.ts";
import { pathsOf } from "../../fixtures/json-paths.ts";
import { SigstoreError } from "../errors.ts";
import { parseVerificationConfig } from "./parse-config.ts";

const notValid = "Not a valid configuration file: ";

describe("verification-config.yml", () => {
  it("kwctl-and-oci 14: is read whole", () => {
    const text = `
      apiVersion: v1
      allOf:
      - kind: pubKey
        owner: alice
        key: PEM
        annotations: {env: prod, __proto__: "x"}
      anyOf:
        minimumMatches: 2
        signatures:
        - kind: genericIssuer
          issuer: https://github.com/login/oauth
          subject: {equal: alice@example.com}
        - kind: genericIssuer
          issuer: https://token.actions.githubusercontent.com
          subject: {urlPrefix: https://github.com/kubewarden}
          annotations: null
        - kind: githubAction
          owner: kubewarden
          repo: null
        - {kind: githubAction, owner: kubewarden, repo: policy-server}
    `;
    const annotations = JSON.parse('{"env":"prod","__proto__":"x"}');
    expect(parseVerificationConfig(text)).toEqual({
      allOf: [{ kind: "pubKey", owner: "alice", key: "PEM", annotations }],
      anyOf: {
        minimumMatches: 2,
        signatures: [
          {
            ...{ kind: "genericIssuer", issuer: "https://github.com/login/oauth" },
            subject: { equal: "alice@example.com" },
          },
          {
            ...{ kind: "genericIssuer", issuer: "https://token.actions.githubusercontent.com" },
            subject: { urlPrefix: "https://github.com/kubewarden/" },
          },
          { kind: "githubAction", owner: "kubewarden" },
          { kind: "githubAction", owner: "kubewarden", repo: "policy-server" },
        ],
      },
    });
  });

  it.each<[string, string, object]>([
    ["without a version", "allOf: [{kind: githubAction, owner: a}]", { allOf: [{ owner: "a" }] }],
    ["without a version and without signatures", "allOf: null", {}],
    ["in JSON", '{"allOf":[{"kind":"githubAction","owner":"a"}]}', { allOf: [{ owner: "a" }] }],
    ["without a least number", "anyOf: {signatures: []}", { anyOf: { minimumMatches: 1 } }],
  ])("kwctl-and-oci 25: is read %s", (_what, text, config) => {
    expect(parseVerificationConfig(text)).toMatchObject(config);
  });

  it.each([
    ["another version", "apiVersion: v2", "Not a supported configuration version: Unsupported"],
    ["no signatures", "apiVersion: v1", "config is missing signatures in both allOf and anyOff list"],
    [
      "null for both lists",
      "{apiVersion: v1, allOf: null, anyOf: null}",
      "config is missing signatures in both allOf and anyOff list",
    ],
    [
      "no subject",
      "allOf: [{kind: genericIssuer, issuer: i}]",
      `${notValid}missing field \`subject\``,
      "at allOf[0]",
    ],
    ["no key", "allOf: [{kind: pubKey}]", `${notValid}missing field \`key\``, "at allOf[0]"],
    ["no kind", "allOf: [{owner: a}]", `${notValid}missing field \`kind\``, "at allOf[0]"],
    ["an unknown field", "x: 1", `${notValid}unknown field \`x\`, expected \`allOf\` or \`anyOf\``],
    [
      "an unknown field of a signature",
      "allOf: [{kind: githubAction, owner: a, branch: main}]",
      `${notValid}unknown field \`branch\`, expected one of \`owner\`, \`repo\`, \`annotations\``,
      "at allOf[0]",
    ],
    [
      "an unknown field of anyOf",
      "anyOf: {minimum: 1, signatures: []}",
      `${notValid}unknown field \`minimum\`, expected \`minimumMatches\` or \`signatures\``,
      "at anyOf",
    ],
    [
      "an annotation that is a truth value",
      "allOf: [{kind: githubAction, owner: a, annotations: {stable: true}}]",
      `${notValid}invalid type: boolean \`true\`, expected a string`,
      "at allOf[0].annotations.stable",
    ],
    [
      "an annotation that is a number",
      "allOf: [{kind: githubAction, owner: a, annotations: {build: 7}}]",
      `${notValid}invalid type: integer \`7\`, expected a string`,
      "at allOf[0].annotations.build",
    ],
    [
      "a kind of host calls",
      "allOf: [{kind: certificate}]",
      `${notValid}unknown variant \`certificate\`, expected one of \`pubKey\`, \`genericIssuer\`, \`githubAction\``,
      "at allOf[0].kind",
    ],
    [
      "a subject as errors write it",
      "allOf: [{kind: genericIssuer, issuer: i, subject: !equal s}]",
      /^Not a valid configuration file: Unresolved tag: !equal/,
    ],
    [
      "a subject without a form",
      "allOf: [{kind: genericIssuer, issuer: i, subject: s}]",
      `${notValid}invalid type: string "s", expected a map with a single key`,
      "at allOf[0].subject",
    ],
    [
      "a subject of two forms",
      "allOf: [{kind: genericIssuer, issuer: i, subject: {equal: s, urlPrefix: 'https://a'}}]",
      `${notValid}invalid value: map, expected map with a single key`,
      "at allOf[0].subject",
    ],
    [
      "a subject of another form",
      "allOf: [{kind: genericIssuer, issuer: i, subject: {prefix: s}}]",
      `${notValid}unknown variant \`prefix\`, expected \`equal\` or \`urlPrefix\``,
      "at allOf[0].subject",
    ],
    [
      "a prefix that is no URL",
      "allOf: [{kind: genericIssuer, issuer: i, subject: {urlPrefix: acme}}]",
      `${notValid}invalid value: string "acme", expected a URL without query and fragment`,
      "at allOf[0].subject.urlPrefix",
    ],
    [
      "an empty allOf, which every signature would satisfy",
      "allOf: []",
      `${notValid}invalid length 0, expected at least one signature`,
      "at allOf",
    ],
    [
      "a least number of 0, which every signature would satisfy",
      "anyOf: {minimumMatches: 0, signatures: []}",
      `${notValid}invalid value: integer \`0\`, expected 1 or more`,
      "at anyOf.minimumMatches",
    ],
    [
      "a least number of 256",
      "anyOf: {minimumMatches: 256, signatures: []}",
      `${notValid}invalid value: integer \`256\`, expected u8`,
      "at anyOf.minimumMatches",
    ],
    [
      "a least number of null",
      "anyOf: {minimumMatches: null, signatures: []}",
      /^Not a valid configuration file: invalid type: unit value/,
      "at anyOf.minimumMatches",
    ],
    ["a list", "[]", `${notValid}invalid type: sequence, expected a map`],
    ["nothing", "", `${notValid}invalid type: unit value, expected a map`],
    ["no YAML", "allOf: [", /^Not a valid configuration file: /],
    ["a key twice", "allOf: null\nallOf: null", /^Not a valid configuration file: .*unique/],
    ["two documents", "allOf: null\n---\nallOf: null", /^Not a valid configuration file: /],
    [
      "aliases without end",
      `a: &a [x]\nallOf: [${"*a, ".repeat(200)}]`,
      /^Not a valid configuration file: .*alias/,
    ],
  ])("kwctl-and-oci 25: with %s is refused", (_what, text, message, place?: string) => {
    const error = refused(text);
    if (typeof message === "string") expect(error.message).toBe(message);
    else expect(error.message).toMatch(message);
    expect(error.cause).toEqual(place === undefined ? undefined : new Error(place));
  });
});

function refused(text: string): SigstoreError {
  try {
    parseVerificationConfig(text);
  } catch (error) {
    if (error instanceof SigstoreError && error.code === "SIGSTORE_CONFIG_INVALID") return error;
    throw error;
  }
  return expect.fail("it was accepted");
}

/** The same contract, written another way. */
const annotations = v.nullish(
  v.pipe(
    v.custom<object>((value) => !Array.isArray(value)),
    v.record(v.string(), v.string()),
  ),
);
const Oracle = v.pipe(
  v.strictObject({
    apiVersion: v.optional(v.literal("v1")),
    allOf: v.nullish(v.pipe(v.array(v.lazy(() => Signature)), v.minLength(1))),
    anyOf: v.nullish(
      v.strictObject({
        minimumMatches: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(255))),
        signatures: v.array(v.lazy(() => Signature)),
      }),
    ),
  }),
  v.check((config) => config.apiVersion === undefined || Boolean(config.allOf ?? config.anyOf)),
);
const Subject = v.union([
  v.strictObject({ equal: v.string() }),
  v.strictObject({
    urlPrefix: v.pipe(
      v.string(),
      v.check((text) => URL.canParse(text) && !/[?#]/.test(text)),
    ),
  }),
]);
const Signature = v.variant("kind", [
  v.strictObject({ kind: v.literal("pubKey"), owner: v.nullish(v.string()), key: v.string(), annotations }),
  v.strictObject({ kind: v.literal("genericIssuer"), issuer: v.string(), subject: Subject, annotations }),
  v.strictObject({
    ...{ kind: v.literal("githubAction"), owner: v.string(), repo: v.nullish(v.string()), annotations },
  }),
]);

const texts = fc.option(fc.dictionary(fc.constantFrom("env", "a"), fc.constant("prod")));
const text = fc.constantFrom("a", "https://github.com/acme");
const subject = fc.oneof(fc.record({ equal: text }), fc.constant({ urlPrefix: "https://github.com/acme" }));
const signature = fc.oneof(
  fc.record({ kind: fc.constant("pubKey"), owner: fc.option(text), key: text, annotations: texts }),
  fc.record({ kind: fc.constant("genericIssuer"), issuer: text, subject, annotations: texts }),
  fc.record({ kind: fc.constant("githubAction"), owner: text, repo: fc.option(text), annotations: texts }),
);
const config = fc.record(
  {
    apiVersion: fc.constant("v1"),
    allOf: fc.array(signature, { minLength: 1, maxLength: 2 }),
    anyOf: fc.record({
      ...{ minimumMatches: fc.nat({ max: 2 }), signatures: fc.array(signature, { maxLength: 2 }) },
    }),
  },
  { requiredKeys: [] },
);
const leaf = fc.constantFrom<unknown>(
  ...[undefined, null, true, 0, 1, 256, -1, 1.5, "", "v1", "v2", "x", "pubKey", "https://a/b", [], {}],
);

describe("any text", () => {
  it("kwctl-and-oci 25: is accepted exactly when another reading of the contract accepts it", () => {
    const counts = { accepted: 0, refused: 0 };
    fc.assert(
      fc.property(config, fc.nat(), leaf, fc.boolean(), (valid, place, value, isChanged) => {
        const paths = pathsOf(valid);
        const path = paths[place % paths.length] ?? expect.fail();
        const document = isChanged ? changeAt(valid, path, value) : valid;
        const json = JSON.stringify(document);
        const expected = v.safeParse(Oracle, JSON.parse(json)).success;
        counts[expected ? "accepted" : "refused"]++;
        if (expected) parseVerificationConfig(json);
        else refused(json);
      }),
      { numRuns: 600 },
    );
    expect(Math.min(counts.accepted, counts.refused)).toBeGreaterThan(50);
  });

  it("gives a configuration or our error", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: "binary" })), (yaml) => {
        try {
          parseVerificationConfig(yaml);
        } catch (error) {
          expect(error).toBeInstanceOf(SigstoreError);
        }
      }),
      { numRuns: 300 },
    );
  });
});

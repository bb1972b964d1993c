import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SigstoreError } from "../errors.ts";
import { statementFor } from "../testing/index.ts";
import { statementOf, subjectWith } from "./statement.ts";

const [digest, other] = [`sha256:${"0".repeat(64)}`, `sha256:${"1".repeat(64)}`];

function read(statement: string, payloadType = "application/vnd.in-toto+json") {
  const dsseEnvelope = { payload: Buffer.from(statement), payloadType, signatures: [] };
  return statementOf({ content: { $case: "dsseEnvelope", dsseEnvelope } });
}

const changed = (change: object): string =>
  JSON.stringify({ ...JSON.parse(statementFor(digest)), ...change });

describe("a statement", () => {
  it.each(["https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1"])(
    "kwctl-and-oci 16.4: of the type %s says what it is about",
    (_type) => {
      const subject = [
        { digest: { sha256: "1".repeat(64) }, annotations: { env: "test" } },
        { digest: { sha512: "2", sha256: "0".repeat(64) }, annotations: { env: "prod", build: 7 } },
        { name: "nothing" },
      ];
      const found = subjectWith(digest, read(changed({ _type, subject })));
      expect([...found.annotations]).toEqual([["env", "prod"]]);
    },
  );

  it.each([
    ["another digest", other],
    ["another algorithm", digest.replace("sha256", "sha512")],
    ["no digest", "sha256"],
    ["the name of what all objects have", "constructor:0"],
  ])("kwctl-and-oci 16.4: is about nothing with %s", (_what, text) => {
    expect(() => subjectWith(text, read(statementFor(digest)))).toThrow(
      "the statement is about something else",
    );
  });

  it.each<[string, string, RegExp]>([
    ["without a type", changed({ _type: undefined }), /the statement's type is not known/],
    ["of another type", changed({ _type: "https://in-toto.io/Statement/v2" }), /type is not known/],
    ["without subjects", changed({ subject: undefined }), /does not say what it is about/],
    ["with one subject that is no list", changed({ subject: {} }), /does not say what it is about/],
    ["without a predicate's type", changed({ predicateType: 1 }), /does not say what it is about/],
    ["that is no JSON", "{", /the statement is not JSON/],
    ["with a key twice", statementFor(digest).replace('"_type"', '"subject":[],"_type"'), /stands twice/],
  ])("kwctl-and-oci 16.4: %s is refused", (_what, statement, message) => {
    expect(() => read(statement)).toThrow(message);
  });

  it("kwctl-and-oci 16.4: in an envelope of another content is refused", () => {
    expect(() => read(statementFor(digest), "text/plain")).toThrow(
      'the envelope holds "text/plain", no statement',
    );
  });

  it("kwctl-and-oci 16.4: is read as JSON.parse reads it, or not at all", () => {
    const text = fc
      .tuple(fc.nat(), fc.constantFrom("", '"', ",", "{", "[", "0", "}"), fc.nat(2))
      .map(([at, inserted, removed]) => {
        const valid = statementFor(digest, { annotations: { env: "prod" } });
        const position = at % valid.length;
        return valid.slice(0, position) + inserted + valid.slice(position + removed);
      });
    let accepted = 0;
    fc.assert(
      fc.property(fc.oneof(text, fc.json(), fc.string()), (statement) => {
        try {
          subjectWith(digest, read(statement));
          accepted++;
          const [subject] = JSON.parse(statement).subject;
          expect(subject.digest.sha256).toBe("0".repeat(64));
        } catch (error) {
          expect(error).toBeInstanceOf(SigstoreError);
        }
      }),
      { numRuns: 800 },
    );
    expect(accepted).toBeGreaterThan(0);
  });
});

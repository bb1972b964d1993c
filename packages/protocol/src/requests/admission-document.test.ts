import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readAdmissionRequest, readRawRequest } from "./admission-document.ts";
import type { ReadRequest, RequestProblem } from "./read-request.ts";
import { readAdmissionReview, readRawReview } from "./review.ts";

const kind = '{"group":"","version":"v1","kind":"Pod"}';
const request = `{"uid":"u","kind":${kind},"resource":{"group":"","version":"v1","resource":"pods"},"operation":"CREATE","userInfo":{},"object":{"n":1.0}}`;

const encode = (text: string) => new TextEncoder().encode(text);
const messageOf = (read: ReadRequest | RequestProblem) =>
  read.kind === "malformed" ? read.message : undefined;
const piecesOf = (read: ReadRequest | RequestProblem) =>
  read.kind === "request" ? read.pieces.map((piece) => new TextDecoder().decode(piece)).join("") : undefined;

describe("readAdmissionRequest", () => {
  it.each([
    ["a bare AdmissionRequest", request],
    [
      "an AdmissionReview",
      `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":${request}}`,
    ],
    ["an AdmissionReview with its kind at the end", `{"request":${request},"kind":"AdmissionReview"}`],
  ])("kwctl-and-oci 12: reads %s", (_row, document) => {
    const read = readAdmissionRequest(encode(document));
    expect(piecesOf(read)).toBe(request);
    expect(read).toMatchObject({ uid: "u", facts: { operation: "CREATE" } });
  });

  const given = "cannot build AdmissionRequest object from given input:";
  it.each([
    ["a missing resource", request.replace(/"resource":\{.*?\},/, ""), `${given} missing field \`resource\``],
    ["a missing group", request.replace('"group":"",', ""), `${given} kind: missing field \`group\``],
    [
      "a wrong type",
      request.replace('"u"', "5"),
      `${given} uid: invalid type: integer \`5\`, expected a string`,
    ],
    [
      "a kind that stands twice",
      `{"kind":"AdmissionReview","kind":${kind}}`,
      `${given} duplicate field \`kind\``,
    ],
    ["an AdmissionReview without request", '{"kind":"AdmissionReview"}', "invalid AdmissionReview object"],
    ["a request that is no object", '{"kind":"AdmissionReview","request":[]}', "Invalid request object"],
    ["a list", "[]", "Invalid request object"],
    ["null", "null", "Invalid request object"],
    ["no JSON", "hello", "Invalid request object: expected value at line 1 column 1"],
    ["a bad value inside", '{"uid":\n-}', "Invalid request object: uid: invalid number at line 2 column 2"],
  ])("kwctl-and-oci 12: refuses %s", (_row, document, message) => {
    expect(messageOf(readAdmissionRequest(encode(document)))).toBe(message);
  });
});

describe("readRawRequest", () => {
  it("hands on any document as it came", () => {
    const read = readRawRequest(encode(' {"uid":"u", "n":1.0}\n'));
    expect(piecesOf(read)).toBe('{"uid":"u", "n":1.0}');
    expect(read).toMatchObject({ uid: "u", facts: undefined });
  });

  it("refuses what is not JSON", () => {
    expect(messageOf(readRawRequest(encode("")))).toBe(
      "Invalid request object: EOF while parsing a value at line 1 column 0",
    );
  });
});

describe("any bytes", () => {
  const readers = [readAdmissionRequest, readRawRequest, readAdmissionReview, readRawReview];
  const snippets = [
    '{"request":',
    '{"kind":"AdmissionReview",',
    '"request":',
    '"uid":',
    request,
    "{",
    "}",
    "[",
    ",",
    '"',
    "1",
    " ",
  ];
  const chunk = fc.oneof(fc.constantFrom(...snippets).map(encode), fc.uint8Array({ maxLength: 3 }));

  it.each(readers.map((reader) => [reader.name, reader] as const))(
    "%s reads them or names the problem",
    (_name, reader) => {
      fc.assert(
        fc.property(fc.array(chunk, { maxLength: 6 }), (chunks) => {
          const body = Uint8Array.from(chunks.flatMap((bytes) => [...bytes]));
          const pieces = piecesOf(reader(body));
          if (pieces !== undefined) expect(() => JSON.parse(new TextDecoder().decode(body))).not.toThrow();
          if (pieces !== undefined) expect(() => JSON.parse(pieces)).not.toThrow();
        }),
        { numRuns: 500 },
      );
    },
  );
});

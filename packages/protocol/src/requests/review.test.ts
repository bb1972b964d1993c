import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ReadRequest, RequestProblem } from "./read-request.ts";
import { readAdmissionReview, readRawReview } from "./review.ts";

const kind = '{"group":"","version":"v1","kind":"Pod"}';
const resource = '{"group":"","version":"v1","resource":"pods"}';
const required = `"uid":"u","kind":${kind},"resource":${resource},"operation":"CREATE","userInfo":{}`;
const review = (members: string) => `{"request":{${members}}}`;

const encode = (text: string) => new TextEncoder().encode(text);
const text = (pieces: Uint8Array[]) => pieces.map((piece) => new TextDecoder().decode(piece)).join("");

function requestOf(read: ReadRequest | RequestProblem): ReadRequest {
  if (read.kind === "request") return read;
  throw new Error(read.message);
}

describe("readAdmissionReview", () => {
  it("gives facts, object and the request as the guest gets it", () => {
    const members = `${required},"name":"web","namespace":"default","dryRun":false,"subResource":"status"`;
    const requested = `"requestKind":${kind},"requestResource":${resource},"requestSubResource":"status"`;
    const objects = '"object": { "n" : 1.0 },"oldObject":[ 1 ],"options":{"a": null}';
    const read = requestOf(readAdmissionReview(encode(review(`${members},${requested},${objects}`))));
    expect(read.uid).toBe("u");
    expect(read.facts).toEqual({
      uid: "u",
      kind: { group: "", version: "v1", kind: "Pod" },
      resource: { group: "", version: "v1", resource: "pods" },
      subResource: "status",
      requestKind: { group: "", version: "v1", kind: "Pod" },
      requestResource: { group: "", version: "v1", resource: "pods" },
      requestSubResource: "status",
      name: "web",
      namespace: "default",
      operation: "CREATE",
      dryRun: false,
    });
    expect(text(read.object ? [read.object] : [])).toBe('{ "n" : 1.0 }');
    expect(text(read.pieces)).toBe(
      `{"uid":"u","kind":${kind},"resource":${resource},"subResource":"status",${requested},"name":"web",` +
        '"namespace":"default","operation":"CREATE","userInfo":{},"dryRun":false,' +
        '"object":{ "n" : 1.0 },"oldObject":[ 1 ],"options":{"a": null}}',
    );
  });

  it.each([
    ["absent optional members", required],
    [
      "null optional members",
      `${required},"name":null,"namespace":null,"dryRun":null,"subResource":null,"requestKind":null,` +
        '"requestResource":null,"requestSubResource":null,"object":null,"oldObject":null,"options":null',
    ],
    ["unknown members", `"x":[{}],${required},"Uid":1,"y":null`],
    [
      "unknown members of kind and resource",
      `"uid":"u","kind":{"a":1,"group":"","version":"v1","kind":"Pod"},` +
        `"resource":{"group":"","version":"v1","resource":"pods","b":{}},"operation":"CREATE","userInfo":{"c":[]}`,
    ],
    ["keys spelled with escapes", required.replace('"uid"', '"\\u0075\\u0069d"')],
    ["white space anywhere", required.replaceAll(/([:,{}])/g, " $1\n\t")],
  ])("policy-runtime 23, policy-server 15: drops %s", (_row, members) => {
    const read = requestOf(readAdmissionReview(encode(review(members))));
    expect(text(read.pieces)).toBe(
      `{"uid":"u","kind":${kind},"resource":${resource},"operation":"CREATE","userInfo":{}}`,
    );
    expect(read.object).toBeUndefined();
    expect(Object.keys(read.facts ?? {}).sort()).toEqual(["kind", "operation", "resource", "uid"]);
  });

  it("policy-runtime 23: keeps the lists of userInfo.extra, whatever their keys", () => {
    const extra = '{"__proto__":["a"],"b":[],"c":["d", "\\u00e9\\n"],"b":["later"]}';
    const userInfo = `{"groups":["g"],"extra":${extra},"uid":null,"username":"grüße"}`;
    const read = requestOf(readAdmissionReview(encode(review(required.replace("{}", userInfo)))));
    expect(text(read.pieces)).toContain(
      '"userInfo":{"groups":["g"],"extra":{"__proto__":["a"],"b":["later"],"c":["d","é\\n"]},"username":"grüße"}',
    );
  });

  it("policy-server 15: hands on integers above 2^53 as they came", () => {
    const read = requestOf(
      readAdmissionReview(encode(review(`${required},"object":{"n":9007199254740993}`))),
    );
    expect(text(read.pieces)).toContain('"object":{"n":9007199254740993}');
  });

  it.each([
    ["an empty object", "{}", "missing field `request` at line 1 column 2"],
    ["null", "null", "invalid type: null, expected struct AdmissionReviewRequest at line 1 column 4"],
    ["a list", "[1]", "invalid type: sequence, expected struct AdmissionReviewRequest at line 1 column 3"],
    [
      "a number for apiVersion",
      '{"apiVersion":1}',
      "apiVersion: invalid type: integer `1`, expected a string at line 1 column 15",
    ],
    ["an object for kind", '{"kind":{}}', "kind: invalid type: map, expected a string at line 1 column 10"],
    ["no uid", review(required.replace('"uid":"u",', "")), "request: missing field `uid`"],
    [
      "no operation",
      review(required.replace('"operation":"CREATE",', "")),
      "request: missing field `operation`",
    ],
    ["no userInfo", review(required.replace(',"userInfo":{}', "")), "request: missing field `userInfo`"],
    ["no kind.kind", review(required.replace(',"kind":"Pod"', "")), "request.kind: missing field `kind`"],
    [
      "a list for kind",
      review(required.replace(kind, "[]")),
      "request.kind: invalid type: sequence, expected struct GroupVersionKind",
    ],
    [
      "a list for resource",
      review(required.replace(resource, "[]")),
      "request.resource: invalid type: sequence, expected struct GroupVersionResource",
    ],
    [
      "null for uid",
      review(required.replace('"u"', "null")),
      "request.uid: invalid type: null, expected a string",
    ],
    [
      "null for userInfo",
      review(required.replace("{}", "null")),
      "request.userInfo: invalid type: null, expected UserInfo",
    ],
    [
      "a text for groups",
      review(required.replace("{}", '{"groups":"x"}')),
      'request.userInfo.groups: invalid type: string "x", expected a sequence',
    ],
    [
      "a number in groups",
      review(required.replace("{}", '{"groups":["a",1.5]}')),
      "request.userInfo.groups[1]: invalid type: floating point `1.5`, expected a string",
    ],
    [
      "a text in extra",
      review(required.replace("{}", '{"extra":{"a":"b"}}')),
      'request.userInfo.extra.a: invalid type: string "b", expected a sequence',
    ],
    [
      "a list for extra",
      review(required.replace("{}", '{"extra":[]}')),
      "request.userInfo.extra: invalid type: sequence, expected a map",
    ],
    [
      "a text for dryRun",
      review(`${required},"dryRun":"true"`),
      'request.dryRun: invalid type: string "true", expected a boolean',
    ],
    [
      "true for name",
      review(`${required},"name":true`),
      "request.name: invalid type: boolean `true`, expected a string",
    ],
    ["request twice", `{"request":{${required}},"re\\u0071uest":{}}`, "duplicate field `request`"],
    ["apiVersion twice", '{"apiVersion":"a","apiVersion":"a"}', "duplicate field `apiVersion`"],
    ["uid twice, once in escapes", review(`${required},"ui\\u0064":"v"`), "request: duplicate field `uid`"],
    ["object twice", review(`${required},"object":{},"object":{}`), "request: duplicate field `object`"],
    [
      "object twice, once null",
      review(`${required},"object":{},"object":null`),
      "request: duplicate field `object`",
    ],
    [
      "kind.group twice",
      review(required.replace('"group":""', '"group":"","group":""')),
      "request.kind: duplicate field `group`",
    ],
    [
      "userInfo.uid twice",
      review(required.replace("{}", '{"uid":"a","uid":"b"}')),
      "request.userInfo: duplicate field `uid`",
    ],
  ])("policy-server 14: answers 422 to %s", (_row, body, message) => {
    const read = readAdmissionReview(encode(body));
    expect(read).toMatchObject({ kind: "malformed", status: 422 });
    expect("message" in read ? read.message : "").toContain(
      `Failed to deserialize the JSON body into the target type: ${message}`,
    );
  });

  it.each([
    ["an open brace", "{", "EOF while parsing an object at line 1 column 1"],
    [
      "a bad value deep inside",
      '{"request":{"object":[{},{"a":\nx}]}}',
      "request.object[1].a: expected value at line 2 column 1",
    ],
    [
      "a bad key deep inside",
      '{"request":{"object":{a}}}',
      "request.object.?: key must be a string at line 1 column 23",
    ],
    [
      "a missing comma after a scalar",
      '{"request":{"uid":1"name":2}}',
      "request.?: expected `,` or `}` at line 1 column 20",
    ],
    ["a missing colon", '{"request" 1}', "request: expected `:` at line 1 column 12"],
    [
      "a syntax error after a wrong shape",
      '{"request":[]',
      "EOF while parsing an object at line 1 column 13",
    ],
    [
      "half a character in a small member",
      '{"request":{"uid":"\\ud83d"}}',
      "request.uid: unexpected end of hex escape at line 1 column 26",
    ],
    [
      "nesting without end",
      `{"request":${"[".repeat(512)}`,
      `request${"[0]".repeat(511)}: nested deeper than 512 levels at line 1 column 523`,
    ],
  ])("policy-server 13: answers 400 to %s", (_row, body, message) => {
    expect(readAdmissionReview(encode(body))).toEqual({
      kind: "malformed",
      status: 400,
      message: `Failed to parse the request body as JSON: ${message}`,
    });
  });

  it.each([
    [
      "a known member",
      '{"request":{"uid":"a\u00ff"}}',
      "request.uid: invalid unicode code point at line 1 column 22",
    ],
    ["an unknown member", '{"x":["\u00ff"]}', "x[0]: invalid unicode code point at line 1 column 9"],
    ["a key", '{"\u00ff":1}', "invalid unicode code point at line 1 column 4"],
  ])("policy-server 13: answers 400 to bytes that are not UTF-8 in %s", (_row, body, message) => {
    const latin1 = Uint8Array.from(body, (character) => character.charCodeAt(0));
    expect(readAdmissionReview(latin1)).toMatchObject({
      status: 400,
      message: `Failed to parse the request body as JSON: ${message}`,
    });
  });

  it("asks the caller's own check of UTF-8, once and for the whole body", () => {
    const body = encode(review(required));
    const asked: Uint8Array[] = [];
    const isUtf8 = (bytes: Uint8Array) => asked.push(bytes) > 0;
    expect(readAdmissionReview(body, { isUtf8 }).kind).toBe("request");
    expect(asked).toEqual([body]);
  });

  const document = review(`${required},"name":"é","object":{"a":[1,"x"]}`);
  it("reads a body with any changed bytes or answers 400 or 422", () => {
    const bytes = encode(document);
    const changes = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(changes, (edits) => {
        const changed = bytes.slice();
        for (const [index, byte] of edits) changed[index] = byte;
        const read = readAdmissionReview(changed);
        if (read.kind === "malformed") expect([400, 422]).toContain(read.status);
        else expect(JSON.parse(text(read.pieces)).uid).toBe(read.uid);
      }),
      { numRuns: 2000 },
    );
  });

  it("hands on what JSON.parse sees in the body", () => {
    const request = fc.record({
      uid: fc.string({ unit: "grapheme" }),
      kind: fc.constant(JSON.parse(kind)),
      resource: fc.constant(JSON.parse(resource)),
      operation: fc.string(),
      userInfo: fc.record({ username: fc.string(), groups: fc.array(fc.string()) }, { requiredKeys: [] }),
      name: fc.string({ unit: "grapheme", maxLength: 80 }),
      object: fc.object(),
      options: fc.object(),
    });
    fc.assert(
      fc.property(request, (sent) => {
        const body = JSON.stringify({ request: sent, more: 1 }, null, 1);
        const read = requestOf(readAdmissionReview(encode(body)));
        expect(JSON.parse(text(read.pieces))).toEqual(JSON.parse(body).request);
      }),
    );
  });
});

describe("readRawReview", () => {
  it.each([
    ["an object", '{"uid":"u","x": 1.0}', "u"],
    ["an object without uid", '{"x":{"uid":"u"}}', ""],
    ["an object whose uid is no string", '{"uid":5}', ""],
    ["a list", "[ 1 ]", ""],
    ["null", "null", ""],
    ["a string", '"u"', ""],
  ])("policy-runtime 24: hands on %s as it came", (_row, request, uid) => {
    const read = requestOf(readRawReview(encode(`{"more":0,"request" : ${request} }`)));
    expect(read).toMatchObject({ uid, facts: undefined });
    expect(text(read.pieces)).toBe(request);
    expect(text(read.object ? [read.object] : [])).toBe(request);
  });

  it.each([
    ["an empty object", "{}", 422, "missing field `request` at line 1 column 2"],
    [
      "a list",
      '[{"x":1}]',
      422,
      "invalid type: sequence, expected struct RawReviewRequest at line 1 column 9",
    ],
    ["request twice", '{"request":1,"request":2}', 422, "duplicate field `request` at line 1 column 22"],
    [
      "uid twice",
      '{"request":{"uid":"a","uid":"b"}}',
      422,
      "request: duplicate field `uid` at line 1 column 27",
    ],
    ["no JSON", "hello", 400, "expected value at line 1 column 1"],
  ])("policy-server 13: refuses %s", (_row, body, status, message) => {
    const read = readRawReview(encode(body));
    expect(read).toMatchObject({ kind: "malformed", status });
    expect("message" in read ? read.message.replace(/^[^:]*: /, "") : "").toBe(message);
  });
});

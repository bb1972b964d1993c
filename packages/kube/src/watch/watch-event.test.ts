import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KubeError } from "../errors.ts";
import { readWatchEvent } from "./watch-event.ts";

const read = (text: string) => readWatchEvent(new TextEncoder().encode(text));
const object = '{"metadata":{"name":"a","resourceVersion":"7"}}';

describe("readWatchEvent", () => {
  it.each([
    ["ADDED", "put"],
    ["MODIFIED", "put"],
    ["DELETED", "remove"],
    ["BOOKMARK", "bookmark"],
  ])("reads %s", (type, kind) => {
    expect(read(`{"type":"${type}","object":${object}}`)).toMatchObject({ kind, resourceVersion: "7" });
    expect(read(` {"object": ${object}, "\\u0074ype": "${type}" }\r`)).toMatchObject({
      kind,
      resourceVersion: "7",
    });
  });

  it.each([
    [410, "Expired", "KUBE_GONE"],
    [403, "Forbidden", "KUBE_FORBIDDEN"],
    [500, "InternalError", "KUBE_UNAVAILABLE"],
  ])("reads an error event with code %i", (code, reason, expected) => {
    const event = read(
      `{"type":"ERROR","object":{"kind":"Status","message":"too old","reason":"${reason}","code":${code}}}`,
    );
    expect(event).toMatchObject({
      kind: "error",
      error: { code: expected, message: "too old", status: code },
    });
  });

  it.each(["", "\r"])("passes over a blank line", (text) => {
    expect(read(text)).toBeUndefined();
  });

  it.each([
    ["garbage", "x"],
    ["half a line", '{"type":"ADDED","obj'],
    ["no object", '{"type":"ADDED"}'],
    ["an object that is none", '{"type":"ADDED","object":[]}'],
    ["another type", `{"type":"OTHER","object":${object}}`],
    ["no type", `{"object":${object}}`],
    ["no resource version", '{"type":"ADDED","object":{"metadata":{"name":"a"}}}'],
    ["no metadata", '{"type":"DELETED","object":{}}'],
  ])("refuses %s", (_row, text) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: "KUBE_ANSWER_INVALID" }));
  });

  it("answers any bytes with an event or its own error", () => {
    const pieces = [
      '{"type":',
      '"ADDED"',
      '"ERROR"',
      ',"object":',
      object,
      "}",
      "{",
      '"',
      "\\",
      "\u0000",
      "1",
    ];
    const text = fc.array(fc.constantFrom(...pieces), { maxLength: 6 }).map((parts) => parts.join(""));
    const bytes = fc.oneof(
      fc.uint8Array(),
      text.map((each) => new TextEncoder().encode(each)),
    );
    fc.assert(
      fc.property(bytes, (anyBytes) => {
        try {
          readWatchEvent(anyBytes);
        } catch (error) {
          expect(error).toBeInstanceOf(KubeError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

import { describe, expect, it } from "vitest";
import "./matchers.ts";
import { valueAt } from "./object-path.ts";

const accepted = { accepted: true };
const rejected = { accepted: false, message: "no é", code: 418 };
const mutated = { accepted: true, mutatedObject: { a: [{ b: 1 }], "c.d": null } };

describe("matchers", () => {
  it.each([
    ["toBeAccepted", () => expect(accepted).toBeAccepted()],
    ["toBeAccepted of a mutation", () => expect(mutated).toBeAccepted()],
    ["not.toBeAccepted", () => expect(rejected).not.toBeAccepted()],
    ["toBeRejected", () => expect(rejected).toBeRejected()],
    ["toBeRejected with text", () => expect(rejected).toBeRejected("no é")],
    ["toBeRejected with pattern and code", () => expect(rejected).toBeRejected(/^no/, 418)],
    ["not.toBeRejected", () => expect(accepted).not.toBeRejected()],
    ["not.toBeRejected with another text", () => expect(rejected).not.toBeRejected("no")],
    ["toMutate by path", () => expect(mutated).toMutate("a[0].b", 1)],
    ["toMutate by keys", () => expect(mutated).toMutate(["c.d"], null)],
    ["toMutate of a part", () => expect(mutated).toMutate("a", [{ b: 1 }])],
    ["toMutate of nothing", () => expect(mutated).toMutate("x.y", undefined)],
    ["not.toMutate", () => expect(mutated).not.toMutate("a[0].b", 2)],
    ["not.toMutate without a mutation", () => expect(accepted).not.toMutate("x", undefined)],
  ])("%s holds", (_name, check) => {
    expect(check).not.toThrow();
  });

  it.each([
    [() => expect(rejected).toBeAccepted(), /expected the request to be accepted, got .*no é/],
    [() => expect(accepted).not.toBeAccepted(), /expected the request not to be accepted/],
    [() => expect(accepted).toBeRejected("no", 400), /to be rejected with no and code 400, got .*accepted/],
    [() => expect(rejected).toBeRejected("no"), /to be rejected with no, got .*no é/],
    [() => expect(rejected).toBeRejected(undefined, 400), /to be rejected and code 400/],
    [() => expect(mutated).toMutate("a[0].b", 2), /expected a\[0\]\.b to become 2, got 1/],
    [() => expect(accepted).toMutate("a", undefined), /expected a to become undefined, got .*accepted/],
    [() => expect({ ...mutated, accepted: false }).toMutate("a[0].b", 1), /got .*mutatedObject/],
  ])("%s fails with %s", (check, message) => {
    expect(check).toThrow(message);
  });
});

describe("valueAt", () => {
  const object = { a: { b: [{ c: 1 }, 2] }, "x.y": { z: 3 } };
  it.each([
    ["a.b[0].c", 1],
    ["a.b[1]", 2],
    ["a.b[2]", undefined],
    ["a.toString", undefined],
    ["a.b[0].c.d", undefined],
    [["x.y", "z"], 3],
    [[], object],
  ])("%j is %j", (path, expected) => {
    expect(valueAt(object, path)).toEqual(expected);
  });

  it.each(["", "a..b", "a[b]", "a.", ".", "a[0", "[x]"])("%j is no path", (path) => {
    expect(() => valueAt(object, path)).toThrow(TypeError);
  });
});

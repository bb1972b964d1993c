import { describe, expect, it } from "vitest";
import { isQualifiedName, tooLongPart } from "./qualified-name.ts";

describe("isQualifiedName", () => {
  it.each(["a", "1", "A-b_c.d", "x.test/a", "a.b-c.test/Name", "a".repeat(63)])("takes %s", (name) => {
    expect(isQualifiedName(name)).toBe(true);
  });

  it.each([
    ...["", "a b", "-a", "a-", "_a", "a_", ".a", "ünï", "/a", "a/", "a/b/c", "a//b"],
    ...["Upper.test/a", "a_b/c", "-a/b", "a./b", "a..b/c", "a\n"],
  ])("refuses %j", (name) => {
    expect(isQualifiedName(name)).toBe(false);
  });
});

describe("tooLongPart", () => {
  it.each([
    ["n".repeat(63), undefined],
    ["n".repeat(64), "name"],
    [`${"p".repeat(253)}/${"n".repeat(63)}`, undefined],
    [`p/${"n".repeat(64)}`, "name"],
    [`${"p".repeat(254)}/n`, "prefix"],
    [`${"p".repeat(254)}/${"n".repeat(63)}`, "key"],
  ])("of %s: %s", (name, part) => {
    expect(tooLongPart(name)).toBe(part);
  });
});

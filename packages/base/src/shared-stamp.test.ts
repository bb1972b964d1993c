import { describe, expect, it } from "vitest";
import { createStampIssuer, isStampValid } from "./shared-stamp.ts";

describe("a shared stamp", () => {
  it("is valid until it is taken back, with all others", () => {
    const issuer = createStampIssuer();
    const [first, second] = [issuer.issue(), issuer.issue()];
    expect([isStampValid(first), isStampValid(second)]).toEqual([true, true]);
    issuer.revoke();
    expect([isStampValid(first), isStampValid(second)]).toEqual([false, false]);
    expect(isStampValid(issuer.issue())).toBe(true);
  });

  it("tells that it was looked at, once", () => {
    const issuer = createStampIssuer();
    const stamp = issuer.issue();
    expect(issuer.takeUse()).toBe(false);
    isStampValid(stamp);
    expect([issuer.takeUse(), issuer.takeUse()]).toEqual([true, false]);
  });

  it("means the same in another thread", () => {
    const issuer = createStampIssuer();
    const stamp = structuredClone(issuer.issue());
    issuer.revoke();
    expect(isStampValid(stamp)).toBe(false);
  });
});

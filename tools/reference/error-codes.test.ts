import { describe, expect, it } from "vitest";
import { errorCodesDocument } from "./error-codes.ts";

const declaration = `export type DemoErrorCode =
  | "DEMO_BROKEN" // it broke; again is no remedy
  | "DEMO_LATE"; // it took too long | or longer

export class DemoError extends Error {}`;

describe("style 2: every error code in code is in the reference", () => {
  it("lists the codes with their meaning", () => {
    const { text } = errorCodesDocument(new Map([["packages/demo/src/errors.ts", declaration]]));
    expect(text).toContain("## `DemoError`\n\nDeclared in `packages/demo/src/errors.ts`.");
    expect(text).toContain("| `DEMO_BROKEN` | it broke; again is no remedy |");
    expect(text).toContain("| `DEMO_LATE` | it took too long \\| or longer |");
  });

  it("reads a union on one line", () => {
    const one = 'export type OneErrorCode = "ONE_ONLY"; // the one';
    expect(errorCodesDocument(new Map([["apps/a/src/errors.ts", one]])).text).toContain(
      "| `ONE_ONLY` | the one |",
    );
  });

  it("refuses a code without a comment", () => {
    const silent = 'export type DemoErrorCode =\n  | "DEMO_A"\n  | "DEMO_B"; // said';
    expect(() => errorCodesDocument(new Map([["packages/demo/src/errors.ts", silent]]))).toThrow(
      "packages/demo/src/errors.ts: DEMO_A has no comment that says what it means",
    );
  });
});

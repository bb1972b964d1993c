import { expect, it } from "vitest";
import { reasons, unknownReasons } from "./reasons.ts";

const all = Object.keys(reasons).map((reason) => `{ reason: "${reason}" }`);

it.each([["apps/controller/src/policy/a.ts"], ["packages/api/src/condition.ts"]])(
  "style 2: a reason in %s that nobody explains is told",
  (path) => {
    const files = new Map([
      ["apps/controller/src/all.ts", all.join("\n")],
      [path, 'const gone = { type: "X", reason: "Vanished" };'],
    ]);
    expect(unknownReasons(files)).toEqual([
      `${path}: tools/reference/reasons.ts does not say what Vanished means`,
    ]);
  },
);

it.each([
  ["apps/controller/src/policy/a.test.ts"],
  ["apps/controller/src/policy/testing/a.ts"],
  ["apps/controller/src/admission/a.ts"],
  ["apps/kwctl/src/a.ts"],
])("looks not at %s", (path) => {
  const files = new Map([
    ["apps/controller/src/all.ts", all.join("\n")],
    [path, '{ reason: "Vanished" }'],
  ]);
  expect(unknownReasons(files)).toEqual([]);
});

it("style 2: a reason that a function takes is held against the list too", () => {
  const files = new Map([["apps/controller/src/all.ts", [...all, 'notReady("Vanished", "")'].join("\n")]]);
  expect(unknownReasons(files)).toHaveLength(1);
});

it("style 2: an explanation of a reason that nothing gives is told", () => {
  const [first] = Object.keys(reasons);
  expect(unknownReasons(new Map([["apps/controller/src/all.ts", all.slice(1).join("\n")]]))).toEqual([
    `tools/reference/reasons.ts: nothing gives the reason ${first}`,
  ]);
});

import { expect, it } from "vitest";
import { checkLinks } from "./check-links.ts";

it.each([
  ["a file", "[x](guides/a.md)", []],
  ["a folder", "[x](guides)", []],
  ["a place in a file", "[x](guides/a.md#top), [y](#here)", []],
  ["another site", "[x](https://example.com/x)", []],
  ["code", "`[x](nowhere.md)`", []],
  ["nowhere", "[x](nowhere.md)", ["docs/index.md: links to nowhere.md, which does not exist"]],
])("links to %s", (_row, text, problems) => {
  const files = new Map([
    ["docs/index.md", text],
    ["docs/guides/a.md", ""],
  ]);
  expect(checkLinks(files)).toEqual(problems);
});

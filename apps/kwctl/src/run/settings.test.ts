import { settingsToJson } from "@kubewarden-ts/policy-evaluation";
import { describe, expect, it } from "vitest";
import { memoryFiles } from "../testing/memory-files.ts";
import { readSettings } from "./settings.ts";

const files = memoryFiles({
  "s.yml": "a: [1, 1.0, 9007199254740993]\nb: 'yes'",
  "s.json": '{"a": 1}',
  "empty.yml": "",
  "null.yml": "~",
  "list.yml": "- a",
  "two.yml": "a: 1\n---\nb: 2",
  "bad.yml": "a: [",
});

async function asJson(path: string | undefined, json?: string): Promise<string> {
  return new TextDecoder().decode(settingsToJson(await readSettings({ path, json }, files)));
}

describe("readSettings", () => {
  it.each<[string, string | undefined, string | undefined, string]>([
    ["none", undefined, undefined, "{}"],
    ["YAML, numbers as they are", "s.yml", undefined, '{"a":[1,1.0,9007199254740993],"b":"yes"}'],
    ["a JSON file", "s.json", undefined, '{"a":1}'],
    ["an empty file", "empty.yml", undefined, "{}"],
    ["null in a file", "null.yml", undefined, "{}"],
    [
      "a JSON text, numbers as they are",
      undefined,
      '{"a":[1,1.0,-0,9007199254740993,1e2]}',
      '{"a":[1,1.0,-0.0,9007199254740993,100.0]}',
    ],
    ["null", undefined, "null", "{}"],
    ["the file rather than the text", "s.json", '{"b":2}', '{"a":1}'],
  ])("reads %s", async (_row, path, json, expected) => {
    expect(await asJson(path, json)).toBe(expected);
  });

  it.each<[string, string | undefined, string | undefined, string]>([
    [
      "kwctl-and-oci 44: a missing file",
      "none",
      undefined,
      "Cannot open settings file none: No such file or directory (os error 2)",
    ],
    ["a broken file", "bad.yml", undefined, "Cannot parse settings file bad.yml: "],
    ["several documents", "two.yml", undefined, "Cannot parse settings file two.yml: expected one document"],
    ["a list", "list.yml", undefined, "Invalid settings in CRD, not an object"],
    ["broken JSON", undefined, "{a: 1}", "Cannot parse settings JSON: "],
    ["a number too large", undefined, '{"a":1e400}', "Cannot parse settings JSON: number out of range"],
    ["JSON that is a text", undefined, '"a"', "Invalid settings in CRD, not an object"],
  ])("refuses %s", async (_row, path, json, message) => {
    const error = await readSettings({ path, json }, files).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "KwctlError", code: "KWCTL_INPUT_INVALID" });
    expect(error instanceof Error && error.message.startsWith(message)).toBe(true);
  });
});

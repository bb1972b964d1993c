import { describe, expect, it } from "vitest";
import { memoryFiles } from "../testing/memory-files.ts";
import { readRequestFile, toReview } from "./request.ts";

const request = {
  uid: "u1",
  kind: { group: "", version: "v1", kind: "Pod" },
  resource: { group: "", version: "v1", resource: "pods" },
  operation: "CREATE",
  userInfo: {},
};
const bytes = (value: unknown) =>
  new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));

function reviewOf(value: unknown, form: "admission" | "raw" = "admission"): unknown {
  return JSON.parse(new TextDecoder().decode(toReview(bytes(value), form)));
}

describe("toReview", () => {
  it("kwctl-and-oci 12: an AdmissionReview and a bare AdmissionRequest are the same", () => {
    const review = { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request };
    expect(reviewOf(review)).toEqual(reviewOf(request));
    expect(reviewOf(request)).toEqual({ request });
  });

  it.each([["1"], ['{"a":[1.0]}'], ["null"]])("passes the raw request %s through", (text) => {
    expect(new TextDecoder().decode(toReview(bytes(text), "raw"))).toBe(`{"request":${text}}`);
  });

  const { resource: _resource, ...withoutResource } = request;
  it.each<[string, unknown, string]>([
    [
      "names the missing field",
      withoutResource,
      "cannot build AdmissionRequest object from given input: missing field `resource`",
    ],
    ["a review without request", { kind: "AdmissionReview" }, "invalid AdmissionReview object"],
    ["a list", [request], "Invalid request object"],
    ["no JSON", "{", "Invalid request object: "],
  ])("kwctl-and-oci 12: %s", (_row, value, message) => {
    expect(() => toReview(bytes(value), "admission")).toThrow(message);
  });
});

describe("readRequestFile", () => {
  const readStdin = async () => bytes("stdin");
  const files = memoryFiles({ "r.json": "file", "-": "a file called -" });
  it.each([
    ["a file", "r.json", "file"],
    ["standard input", "-", "stdin"],
  ])("reads %s", async (_row, path, expected) => {
    expect(new TextDecoder().decode(await readRequestFile(path, { files, readStdin }))).toBe(expected);
  });

  it("kwctl-and-oci 44: says that the file is missing", async () => {
    await expect(readRequestFile("none", { files, readStdin })).rejects.toThrow(
      "Error opening request file none; No such file or directory (os error 2)",
    );
  });

  it("says that standard input cannot be read", async () => {
    const broken = () => Promise.reject(new Error("closed"));
    await expect(readRequestFile("-", { files, readStdin: broken })).rejects.toThrow(
      "Error reading request from stdin: closed",
    );
  });
});

import { describe, expect, it } from "vitest";
import { celReads } from "./cel-reads.ts";

describe("celReads", () => {
  const secret = { apiVersion: "v1", kind: "Secret" };
  it.each([
    ["kw . k8s .apiVersion( 'v1' ) . kind(r\"Secret\")", [secret], false],
    ["kw.k8s.apiVersion('''v1''').kind(\"\"\"Secret\"\"\")", [secret], false],
    ['\'kw.k8s.apiVersion("v1").kind("Secret")\'', [], false],
    ["// namespaceObject\ntrue", [], false],
    ["'it\\'s' + namespaceObject.x", [{ apiVersion: "v1", kind: "Namespace" }], false],
    ["r'\\' + namespaceObject.x", [{ apiVersion: "v1", kind: "Namespace" }], false],
    ["object.namespaceObject + 'x'", [], false],
    ["mykw.k8s", [], false],
    ["kw.k8s.apiVersion('v' + '1').kind('Secret')", [], true],
  ])("%s", (expression, kinds, computed) => {
    expect(celReads([expression])).toEqual({ kinds, computed });
  });
});

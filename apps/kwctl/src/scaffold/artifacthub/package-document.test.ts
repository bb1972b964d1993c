import { toMetadata } from "@kubewarden-ts/protocol";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { artifactHubPackage } from "./package-document.ts";

const nowMs = Date.parse("2026-01-02T03:04:05.678Z");
const rules = [{ apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] }];
const mandatory = {
  "io.kubewarden.policy.version": "1.2.3",
  "io.kubewarden.policy.title": "safe-labels",
  "io.artifacthub.displayName": "Safe Labels",
  "io.kubewarden.policy.description": "Looks at labels",
  "io.kubewarden.policy.ociUrl": "ghcr.io/acme/safe-labels",
};
const source = "io.kubewarden.policy.source";
const author = "io.kubewarden.policy.author";
const keywords = "io.artifacthub.keywords";

function make(
  annotations: object | undefined,
  { questions, ...more }: { questions?: string; [key: string]: unknown } = {},
) {
  const metadata = toMetadata({ rules, mutating: true, annotations, ...more });
  return artifactHubPackage({ metadata, questions, nowMs });
}

describe("artifactHubPackage", () => {
  it("kwctl-and-oci 31: has every field, in its order", () => {
    const document = make(
      {
        ...mandatory,
        "io.kubewarden.policy.license": "Apache-2.0",
        "io.kubewarden.policy.url": "https://example.test/safe labels",
        [keywords]: "labels, security ,psp",
        [source]: "https://github.com/acme/policies",
        "com.github.release.tag": "safe-labels/v1.2.3",
        [author]: 'Jane Doe <jane@example.test>, "Doe, John" <john@example.test>',
        "io.kubewarden.hidden-ui": "true",
        "io.artifacthub.resources": "Pod, Deployment",
      },
      { questions: "questions: []\n", contextAwareResources: [{ apiVersion: "v1", kind: "Namespace" }] },
    );
    expect(document).toEqual({
      version: "1.2.3",
      name: "safe-labels",
      displayName: "Safe Labels",
      createdAt: "2026-01-02T03:04:05.678Z",
      description: "Looks at labels",
      license: "Apache-2.0",
      homeURL: "https://example.test/safe%20labels",
      containersImages: [{ name: "policy", image: "ghcr.io/acme/safe-labels:v1.2.3" }],
      keywords: ["labels", "security", "psp"],
      links: [
        {
          name: "policy",
          url: "https://github.com/acme/policies/releases/download/safe-labels%2Fv1.2.3/policy.wasm",
        },
        { name: "source", url: "https://github.com/acme/policies" },
      ],
      install: expect.stringMatching(
        /^kwctl pull ghcr\.io\/acme\/safe-labels:v1\.2\.3$[\s\S]*^kwctl scaffold manifest -t ClusterAdmissionPolicy registry:\/\/ghcr\.io\/acme\/safe-labels:v1\.2\.3$/m,
      ),
      maintainers: [
        { name: "Jane Doe", email: "jane@example.test" },
        { name: "Doe, John", email: "john@example.test" },
      ],
      provider: { name: "kubewarden" },
      recommendations: [{ url: "https://artifacthub.io/packages/helm/kubewarden/kubewarden-controller" }],
      annotations: {
        "kubewarden/contextAwareResources": "- apiVersion: v1\n  kind: Namespace\n",
        "kubewarden/hidden-ui": "true",
        "kubewarden/mutation": "true",
        "kubewarden/questions-ui": "questions: []\n",
        "kubewarden/resources": "Pod, Deployment",
        "kubewarden/rules": expect.any(String),
      },
    });
    expect(Object.keys(document).join(" ")).toBe(
      "version name displayName createdAt description license homeURL containersImages keywords links install maintainers provider recommendations annotations",
    );
  });

  it("policies-and-sdk 45: the annotation with the rules parses back", () => {
    expect(parse(Object(make(mandatory)).annotations["kubewarden/rules"])).toEqual(rules);
  });

  it("kwctl-and-oci 31: optional fields are absent", () => {
    const given = Object.entries(make(mandatory)).filter(([, value]) => value !== undefined);
    expect(given.map(([key]) => key).join(" ")).toBe(
      "version name displayName createdAt description containersImages install provider recommendations annotations",
    );
  });

  it.each([
    [
      "without a tag",
      "https://github.com/acme/p/",
      { name: "policy", url: "https://github.com/acme/p/releases/download/v1.2.3/policy.wasm" },
    ],
    ["of another host", "https://gitlab.test/acme/p", { name: "source", url: "https://gitlab.test/acme/p" }],
    [
      "of a host that looks alike",
      "https://github.com.evil.test/p",
      { name: "source", url: "https://github.com.evil.test/p" },
    ],
  ])("kwctl-and-oci 31: the first link of a source %s", (_row, url, link) => {
    expect(Object(make({ ...mandatory, [source]: url })).links[0]).toEqual(link);
  });

  const noAnnotations = "no annotations in policy metadata. policy metadata must specify annotations";
  it.each([[undefined], [{}]])("kwctl-and-oci 31: refuses the annotations %j", (annotations) => {
    expect(() => make(annotations)).toThrow(noAnnotations);
  });

  it.each(Object.keys(mandatory))("kwctl-and-oci 31, policies-and-sdk 45: names the missing %s", (key) => {
    const message = `policy metadata must specify "${key}" in annotations`;
    expect(() => make({ ...mandatory, [key]: undefined, other: "x" } as object)).toThrow();
    const { [key as keyof typeof mandatory]: _missing, ...rest } = mandatory;
    expect(() => make(rest)).toThrow(message);
    expect(() => make({ ...mandatory, [key]: " " })).toThrow(message);
  });

  const semver = "policy version must be in semver: ";
  const csv = `annotation "${keywords}" in policy metadata is malformed, must be csv values`;
  it.each([
    ["io.kubewarden.policy.version", "1.2", semver],
    ["io.kubewarden.policy.version", "v1.2.3", semver],
    ["io.kubewarden.policy.version", "1.2.3 ", semver],
    [keywords, "a,,b", csv],
    [keywords, "a, ", csv],
    [keywords, "", csv],
    [
      author,
      "jane@example.test",
      `annotation "${author}" in policy metadata is malformed, must be csv values of "name <email>"`,
    ],
    [
      author,
      "Jane Doe",
      `annotation "${author}" in policy metadata must be a well formed email: expected an address`,
    ],
    [
      "io.kubewarden.policy.url",
      "example.test",
      'annotation "io.kubewarden.policy.url" in policy metadata must be a well formed URL: ',
    ],
    [source, "", `annotation "${source}" in policy metadata must be a well formed URL: `],
  ])("kwctl-and-oci 31: refuses %s = %j", (key, value, message) => {
    expect(() => make({ ...mandatory, [key]: value })).toThrow(message);
  });

  it.each(["", " \n"])("kwctl-and-oci 31: refuses the questions %j", (questions) => {
    expect(() => make(mandatory, { questions })).toThrow("questions-ui content cannot be empty");
  });
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { type KwctlWithRegistry, kwctlWithRegistry } from "../../testing/kwctl-with-registry.ts";
import { textPolicy } from "../../testing/text-policy.ts";

const metadata = `rules: [{apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE]}]
mutating: false
contextAwareResources: [{apiVersion: v1, kind: Namespace}]
annotations: {io.kubewarden.policy.title: labels, io.kubewarden.policy.severity: low}
`;

describe("kwctl scaffold manifest", () => {
  let shop: KwctlWithRegistry;
  beforeAll(async () => {
    shop = await kwctlWithRegistry({
      "/p.wasm": textPolicy(),
      "/m.yml": metadata,
      "/settings.yml": "denied_labels: [foo]\nlimit: 9007199254740993\n",
      "/list.yml": "- a",
    });
    expect(await shop.kwctl("annotate /p.wasm -m /m.yml -o /annotated.wasm")).toMatchObject({ code: 0 });
    const module = await shop.files.readFile("/annotated.wasm");
    for (const repository of ["demand", "pulled", "again"]) shop.put(`acme/${repository}:v1`, module);
    shop.put("acme/plain:v1", textPolicy());
  });
  afterAll(() => shop[Symbol.asyncDispose]());

  const scaffold = (line: string) => shop.kwctl(`scaffold manifest ${line}`);

  it("kwctl-and-oci 29: of a file", async () => {
    const { code, stdout, lines } = await scaffold(
      "/annotated.wasm -t ClusterAdmissionPolicy -s /settings.yml --allow-context-aware",
    );
    expect(code).toBe(0);
    expect(stdout).toContain("\n    limit: 9007199254740993\n");
    expect(parse(stdout)).toMatchObject({
      ...{ apiVersion: "policies.kubewarden.io/v1", kind: "ClusterAdmissionPolicy" },
      metadata: { name: "labels", annotations: { "io.kubewarden.policy.severity": "low" } },
      spec: {
        module: "file:///annotated.wasm",
        settings: { denied_labels: ["foo"] },
        contextAwareResources: [{ apiVersion: "v1", kind: "Namespace" }],
      },
    });
    expect(lines.map(({ level }) => level)).toEqual(["warn", "warn"]);
  });

  it("kwctl-and-oci 29: of a policy that is pulled on demand, and says so", async () => {
    const uri = `registry://${shop.registry.host}/acme/demand:v1`;
    const { code, stdout, lines } = await scaffold(`${uri} -t AdmissionPolicy --title mine`);
    expect(code).toBe(0);
    expect(parse(stdout)).toMatchObject({
      kind: "AdmissionPolicy",
      metadata: { name: "mine" },
      spec: { module: uri },
    });
    expect(lines[0]?.message).toBe(
      `cannot find policy with uri: ${uri}, trying to pull it from remote registry`,
    );
    expect((await shop.kwctl("policies")).stdout).toContain(uri);
  });

  it("kwctl-and-oci 29: of a policy that was pulled before, by its bare reference", async () => {
    const reference = `${shop.registry.host}/acme/pulled:v1`;
    expect(await shop.kwctl(`pull registry://${reference}`)).toMatchObject({ code: 0 });
    const asked = shop.registry.requests.length;
    const { code, stdout, lines } = await scaffold(`${reference} -t ClusterAdmissionPolicy`);
    expect(code).toBe(0);
    expect(parse(stdout).spec.module).toBe(`registry://${reference}`);
    expect(lines.filter(({ level }) => level === "info")).toEqual([]);
    expect(shop.registry.requests).toHaveLength(asked);
  });

  it.each([
    [
      "/p.wasm -t AdmissionPolicy",
      "No Kubewarden metadata found inside of 'file:///p.wasm'.\nPolicies can be annotated with the `kwctl annotate` command.",
    ],
    ["/annotated.wasm -t AdmissionPolicy --title A", "Invalid title 'A'. Must conform to RFC 1123: "],
    ["/annotated.wasm -t AdmissionPolicy --settings-json []", "Invalid settings in CRD, not an object"],
    ["/annotated.wasm -t AdmissionPolicy -s /list.yml", "Invalid settings in CRD, not an object"],
    [
      "/annotated.wasm -t AdmissionPolicy -s /none.yml",
      "Cannot open settings file /none.yml: No such file or directory (os error 2)",
    ],
    ["/annotated.wasm -t AdmissionPolicy -k /none.pub", "could not read file /none.pub: "],
    ["file:///none.wasm -t AdmissionPolicy", "Cannot fetch policy file:///none.wasm"],
  ])("kwctl-and-oci 29, 44: `%s` fails", async (line, message) => {
    const { code, stdout, stderr } = await scaffold(line);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(message);
  });

  it.each([
    ["/p.wasm", "the following required arguments were not provided:\n  --type <VALUE>"],
    [
      "/p.wasm -t Pod",
      "invalid value 'Pod' for '--type <VALUE>'\n  [possible values: ClusterAdmissionPolicy, AdmissionPolicy]",
    ],
    [
      "/p.wasm -t AdmissionPolicy -s a --settings-json {}",
      "the argument '--settings-path <PATH>' cannot be used with '--settings-json <VALUE>'",
    ],
  ])("kwctl-and-oci 21, 29: `%s` is a usage error", async (line, message) => {
    const { code, stderr } = await scaffold(line);
    expect(code).toBe(2);
    expect(stderr.startsWith(`error: ${message}\n`)).toBe(true);
  });
});

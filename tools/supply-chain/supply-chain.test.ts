import { generateKeyPairSync } from "node:crypto";
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPolicyBuilder } from "@kubewarden-ts/policy-sdk/build";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { buildPolicyArtefact } from "./build-policy.ts";
import { readInstalled } from "./component.ts";
import { documentFormats, documentText } from "./documents.ts";
import { readSigner } from "./signature.ts";
import { type ArtefactSet, checkSupplyChain, writeDocuments } from "./supply-chain.ts";

const root = join(import.meta.dirname, "../..");
const policy = "pod-privileged";
const source = { commit: "a".repeat(40), isModified: false, epochSeconds: 1_700_000_000 };

let folder: string;
let wasm: Uint8Array;
let built: Omit<ArtefactSet, "dist">;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kubewarden-ts-supply-chain-"));
  await using builder = createPolicyBuilder();
  const installed = await readInstalled(root);
  const policyFolder = join(root, "policies", policy);
  const options = {
    entry: join(policyFolder, "policy.ts"),
    metadataPath: join(policyFolder, "metadata.yml"),
  };
  ({ wasm } = await builder.build({ ...options, abi: "wapc" }));
  built = {
    kind: "policies",
    artefacts: [await buildPolicyArtefact(policy, builder, installed)],
    source,
    builder: { id: "urn:test:builder", lockDigest: installed.lockDigest },
  };
});
afterAll(() => rm(folder, { recursive: true }));

/** A `dist` folder of its own for each test, with the artefact and its documents. */
let set: ArtefactSet;
const pathOf = (path: string) => join(set.dist, path);
const documentPath = (suffix: string) => pathOf(`sbom/policies/${policy}${suffix}`);
beforeEach(async () => {
  set = { ...built, dist: await mkdtemp(join(folder, "dist-")) };
  await mkdir(pathOf("policies"));
  await writeFile(pathOf(`policies/${policy}.wasm`), wasm);
  expect(await writeDocuments(set, undefined)).toEqual([]);
});

/** Changes a document; what it is stays JSON. */
// biome-ignore lint/suspicious/noExplicitAny: what is edited is a document of any format
async function change(suffix: string, edit: (document: any) => void): Promise<void> {
  const document = JSON.parse(await readFile(documentPath(suffix), "utf8"));
  edit(document);
  await writeFile(documentPath(suffix), documentText(document));
}

describe("the documents of an artefact", () => {
  it("are valid, and hold what the check compares", async () => {
    expect(await checkSupplyChain(set, undefined)).toEqual([]);
    for (const { suffix, problems } of documentFormats) {
      expect([suffix, await problems(await readFile(documentPath(suffix), "utf8"))]).toEqual([suffix, []]);
    }
  });

  it.each(documentFormats)(
    "$title: name what the bundler put in, and the engine",
    async ({ suffix, purls }) => {
      const found = purls(JSON.parse(await readFile(documentPath(suffix), "utf8")));
      expect(found).toContainEqual(expect.stringMatching(/^pkg:npm\/quickjs-wasi@\d/));
      expect(found).toContainEqual(expect.stringMatching(/^pkg:npm\/valibot@\d/));
      expect(found).not.toContainEqual(expect.stringMatching(/^pkg:npm\/re2js@/));
    },
  );

  it("are the same bytes when they are made again", async () => {
    const read = () =>
      Promise.all(documentFormats.map(({ suffix }) => readFile(documentPath(suffix), "utf8")));
    const first = await read();
    await using builder = createPolicyBuilder();
    const artefacts = [await buildPolicyArtefact(policy, builder, await readInstalled(root))];
    expect(await writeDocuments({ ...set, artefacts }, undefined)).toEqual([]);
    expect(await read()).toEqual(first);
  });

  it("are not written for an artefact that this checkout does not build", async () => {
    await appendFile(pathOf(`policies/${policy}.wasm`), "x");
    const [finding, ...others] = await writeDocuments(set, undefined);
    expect(others).toEqual([]);
    expect(finding).toMatch(/^dist\/policies\/pod-privileged\.wasm: is not what this checkout builds: /);
  });

  it("name changes that are in no commit", async () => {
    set = { ...set, source: { ...source, isModified: true } };
    await writeDocuments(set, undefined);
    const statement = JSON.parse(await readFile(documentPath(".provenance.json"), "utf8"));
    expect(statement.predicate.buildDefinition.resolvedDependencies[0]).toEqual({
      ...{ name: "kubewarden-ts", digest: { gitCommit: source.commit }, annotations: { modified: true } },
    });
  });
});

const valibot = ({ name }: { name: string }) => name === "valibot";

describe("the check", () => {
  const spdx = `dist/sbom/policies/${policy}.spdx.json`;
  const cyclonedx = `dist/sbom/policies/${policy}.cdx.json`;
  const provenance = `dist/sbom/policies/${policy}.provenance.json`;

  it.each<[what: string, spoil: () => Promise<unknown>, findings: readonly (string | RegExp)[]]>([
    [
      "a changed byte of the artefact",
      () => appendFile(pathOf(`policies/${policy}.wasm`), "x"),
      [
        /^dist\/policies\/pod-privileged\.wasm: is not what this checkout builds: its SHA-256 is [0-9a-f]{64}, expected [0-9a-f]{64}; run `npm run policies`$/,
        new RegExp(`^${provenance}: says that the SHA-256 of pod-privileged\\.wasm is [0-9a-f]{64}; it is `),
      ],
    ],
    [
      "a missing artefact",
      () => rm(pathOf(`policies/${policy}.wasm`)),
      ["dist/policies/pod-privileged.wasm: is missing: run `npm run policies`"],
    ],
    [
      "a surplus artefact",
      () => writeFile(pathOf("policies/other.wasm"), ""),
      ["dist/policies/other.wasm: is no part of what `npm run policies` makes"],
    ],
    [
      "a missing document",
      () => rm(documentPath(".cdx.json")),
      [`${cyclonedx}: is missing: run \`npm run sbom\``],
    ],
    [
      "a surplus document",
      () => writeFile(pathOf("sbom/policies/other.spdx.json"), "{}"),
      ["dist/sbom/policies/other.spdx.json: is about nothing that this checkout builds"],
    ],
    [
      "a package removed from SPDX",
      () =>
        change(".spdx.json", (document) => {
          const { SPDXID } = document.packages.find(valibot);
          document.packages = document.packages.filter((each: { name: string }) => !valibot(each));
          document.relationships = document.relationships.filter(
            (each: { relatedSpdxElement: string }) => each.relatedSpdxElement !== SPDXID,
          );
        }),
      [new RegExp(`^${spdx}: lacks pkg:npm/valibot@[\\d.]+, which is in policies/pod-privileged`)],
    ],
    [
      "a package removed from CycloneDX",
      () =>
        change(".cdx.json", (document) => {
          document.components = document.components.filter((each: { name: string }) => !valibot(each));
        }),
      [new RegExp(`^${cyclonedx}: lacks pkg:npm/valibot@`)],
    ],
    [
      "a surplus package in CycloneDX",
      () =>
        change(".cdx.json", ({ components }) => {
          components.push({ ...components[0], "bom-ref": "x", purl: "pkg:npm/surplus@1.0.0" });
        }),
      [`${cyclonedx}: names pkg:npm/surplus@1.0.0, which is not in policies/pod-privileged`],
    ],
    [
      "a surplus package in SPDX",
      () =>
        change(".spdx.json", ({ packages }) => {
          const copy = structuredClone(packages.find(valibot));
          copy.SPDXID = "SPDXRef-Package-surplus";
          copy.externalRefs[0].referenceLocator = "pkg:npm/surplus@1.0.0";
          packages.push(copy);
        }),
      [`${spdx}: names pkg:npm/surplus@1.0.0, which is not in policies/pod-privileged`],
    ],
    [
      "a surplus dependency in the provenance",
      () =>
        change(".provenance.json", ({ predicate }) => {
          predicate.buildDefinition.resolvedDependencies.push({ uri: "pkg:npm/surplus@1.0.0" });
        }),
      [`${provenance}: names pkg:npm/surplus@1.0.0, which is not in policies/pod-privileged`],
    ],
    [
      "another licence",
      () =>
        change(".spdx.json", ({ packages }) => {
          packages.find(valibot).licenseDeclared = "GPL-3.0-only";
        }),
      [new RegExp(`^${spdx}: \\$\\.packages\\.\\d+\\.licenseDeclared is "GPL-3.0-only", expected "MIT"$`)],
    ],
    [
      "a digest of the statement that is another",
      () =>
        change(".provenance.json", ({ subject }) => {
          subject[0].digest.sha256 = "0".repeat(64);
        }),
      [
        new RegExp(
          `^${provenance}: says that the SHA-256 of pod-privileged\\.wasm is 0{64}; it is [0-9a-f]{64}$`,
        ),
      ],
    ],
    [
      "another lock file",
      () =>
        change(".provenance.json", ({ predicate }) => {
          predicate.buildDefinition.resolvedDependencies[1].digest.sha256 = "0".repeat(64);
        }),
      [
        new RegExp(
          `^${provenance}: \\$\\.predicate\\.buildDefinition\\.resolvedDependencies\\.1\\.digest\\.sha256 is "0{64}", expected`,
        ),
      ],
    ],
    [
      "another form of the same JSON",
      async () => {
        const document = JSON.parse(await readFile(documentPath(".cdx.json"), "utf8"));
        await writeFile(documentPath(".cdx.json"), JSON.stringify(document));
      },
      [`${cyclonedx}: is written in another form than \`npm run sbom\` does`],
    ],
    ["no JSON", () => writeFile(documentPath(".cdx.json"), "{"), [`${cyclonedx}: is no JSON`]],
    [
      "a document that CycloneDX does not allow",
      () =>
        change(".cdx.json", (document) => {
          document.metadata.component.type = "policy";
        }),
      [new RegExp(`^${cyclonedx}: is not valid CycloneDX 1\\.6: /metadata/component/type: must be`)],
    ],
    [
      "a document that SPDX does not allow",
      () =>
        change(".spdx.json", (document) => {
          document.relationships[0].relatedSpdxElement = "SPDXRef-nothing";
        }),
      [
        `${spdx}: is not valid SPDX 2.3: the document: a relationship is of an element that the document does not have`,
      ],
    ],
    [
      "a document that SLSA does not allow",
      () =>
        change(".provenance.json", (statement) => {
          delete statement.predicate.runDetails.builder.id;
        }),
      [new RegExp(`^${provenance}: is not valid SLSA provenance 1: predicate\\.runDetails\\.builder\\.id: `)],
    ],
  ])("finds %s", async (_, spoil, findings) => {
    await spoil();
    const found = await checkSupplyChain(set, undefined);
    expect(found).toEqual(
      findings.map((finding) => (typeof finding === "string" ? finding : expect.stringMatching(finding))),
    );
  });

  it("finds documents of another commit", async () => {
    const commit = "b".repeat(40);
    const found = await checkSupplyChain({ ...set, source: { ...source, commit } }, undefined);
    expect(found).toContain(
      `${provenance}: was made from commit ${source.commit}, but ${commit} is checked out`,
    );
  });

  it("finds documents of another builder", async () => {
    const other = { ...set, builder: { ...set.builder, id: "urn:test:other" } };
    expect(await checkSupplyChain(other, undefined)).toEqual([
      `${provenance}: $.predicate.runDetails.builder.id is "urn:test:builder", expected "urn:test:other"`,
    ]);
  });

  it("has a finding for any other JSON, and never throws", async () => {
    const { suffix } = documentFormats[0]!;
    await fc.assert(
      fc.asyncProperty(fc.json(), fc.constantFrom(...documentFormats), async (json, format) => {
        expect(await format.problems(json)).not.toEqual([]);
      }),
      { numRuns: 100 },
    );
    await writeFile(documentPath(suffix), "null");
    expect(await checkSupplyChain(set, undefined)).toHaveLength(1);
  });
});

describe("signed provenance", () => {
  const pair = () => generateKeyPairSync("ec", { namedCurve: "P-256" });
  const [ours, theirs] = [pair(), pair()];
  const publicPem = ({ publicKey }: typeof ours) =>
    publicKey.export({ format: "pem", type: "spki" }).toString();
  const signature = `dist/sbom/policies/${policy}.provenance.sigstore.json`;

  beforeEach(async () => {
    const file = join(set.dist, "key.pem");
    await writeFile(file, ours.privateKey.export({ format: "pem", type: "pkcs8" }));
    expect(await writeDocuments(set, await readSigner(file, {}))).toEqual([]);
  });

  it("holds with its key", async () => {
    expect(await checkSupplyChain(set, publicPem(ours))).toEqual([]);
  });

  it("does not hold with another key", async () => {
    expect(await checkSupplyChain(set, publicPem(theirs))).toEqual([
      `${signature}: does not count: the signature was not made with the key`,
    ]);
  });

  it("does not hold for another statement", async () => {
    await appendFile(documentPath(".provenance.json"), "\n");
    expect(await checkSupplyChain(set, publicPem(ours))).toContain(
      `${signature}: does not count: it is the signature of another statement`,
    );
  });

  it("is asked for where a key is given", async () => {
    await rm(documentPath(".provenance.sigstore.json"));
    expect(await checkSupplyChain(set, publicPem(ours))).toEqual([
      `${signature}: is missing: run \`npm run sbom -- --key FILE\``,
    ]);
  });
});

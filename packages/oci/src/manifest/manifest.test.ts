import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OciError } from "../errors.ts";
import { formatManifest, formatManifestAndConfig, type ImageManifest, parseManifest } from "./manifest.ts";

const digest = `sha256:${"a".repeat(64)}`;
const layer = { mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", digest, size: 10 };
const config = { mediaType: "application/vnd.oci.image.config.v1+json", digest, size: 2 };
const ociImage = "application/vnd.oci.image.manifest.v1+json";
const dockerImage = "application/vnd.docker.distribution.manifest.v2+json";
const ociIndex = "application/vnd.oci.image.index.v1+json";
const dockerList = "application/vnd.docker.distribution.manifest.list.v2+json";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const parse = (document: unknown) => parseManifest(bytes(JSON.stringify(document)));
const image = { schemaVersion: 2, config, layers: [layer] };

function parseImage(document: unknown): ImageManifest {
  const manifest = parse(document);
  if (manifest.kind !== "image") throw new Error("an index");
  return manifest;
}

describe("policy-runtime 39: what a guest gets", () => {
  it("for an image: known fields in their order, nothing else", () => {
    const document = {
      layers: [
        {
          size: 10,
          digest,
          annotations: { z: "1", a: "2" },
          mediaType: "l",
          urls: ["https://b.test"],
          data: "AA==",
        },
      ],
      annotations: { "org.opencontainers.image.version": "1" },
      surprise: { layers: 1 },
      artifactType: "application/x",
      subject: { ...config, surprise: true },
      config: { ...config, artifactType: "c" },
      mediaType: ociImage,
      schemaVersion: 2,
    };
    expect(formatManifest(parse(document))).toBe(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: ociImage,
        config: { ...config, artifactType: "c" },
        layers: [
          { mediaType: "l", digest, size: 10, urls: ["https://b.test"], annotations: { z: "1", a: "2" } },
        ],
        subject: config,
        artifactType: "application/x",
        annotations: { "org.opencontainers.image.version": "1" },
      }),
    );
  });

  it("for an index: its entries with their platforms", () => {
    const platform = {
      ...{ features: ["f"], variant: "v8", "os.features": ["o"], "os.version": "10", os: "linux" },
      architecture: "arm64",
    };
    const entry = { platform, size: 5, digest, mediaType: ociImage, urls: ["x"], annotations: { a: "b" } };
    const text = formatManifest(parse({ manifests: [entry, config], schemaVersion: 2, mediaType: ociIndex }));
    expect(text).toBe(
      `{"schemaVersion":2,"mediaType":"${ociIndex}","manifests":[{"mediaType":"${ociImage}","digest":"${digest}","size":5,` +
        '"platform":{"architecture":"arm64","os":"linux","os.version":"10","os.features":["o"],"variant":"v8","features":["f"]},' +
        `"annotations":{"a":"b"}},${JSON.stringify(config)}]}`,
    );
  });

  it.each([
    ["an OCI image", { schemaVersion: 2, mediaType: ociImage, config, layers: [layer] }],
    ["a Docker image", { schemaVersion: 2, mediaType: dockerImage, config, layers: [layer] }],
    ["an image without media type", image],
    ["an OCI index", { schemaVersion: 2, mediaType: ociIndex, manifests: [config] }],
    ["a Docker list", { schemaVersion: 2, mediaType: dockerList, manifests: [config] }],
    ["an index without media type", { schemaVersion: 2, manifests: [] }],
    ["an image without layers", { schemaVersion: 2, config, layers: [] }],
  ])("for %s, as it is", (_row, document) => {
    expect(formatManifest(parse(document))).toBe(JSON.stringify(document));
  });

  it("with numbers as they came, and without what is null", () => {
    const size = "9007199254740993";
    const text = `{"schemaVersion":2,"config":{"mediaType":"c","digest":"d","size":${size},"urls":null},"layers":[],"annotations":null}`;
    expect(formatManifest(parseManifest(bytes(text)))).toBe(
      `{"schemaVersion":2,"config":{"mediaType":"c","digest":"d","size":${size}},"layers":[]}`,
    );
  });

  it("for an image with its configuration: the configuration whole", () => {
    const manifest = parseImage(image);
    const text = formatManifestAndConfig({
      manifest,
      digest,
      config: bytes(' {"n": 1.0, "b": [9007199254740993]} '),
    });
    expect(text).toBe(
      `{"manifest":${JSON.stringify(image)},"digest":"${digest}","config":{"n":1.0,"b":[9007199254740993]}}`,
    );
  });

  it.each([
    ["no JSON", "{", "EOF while parsing an object at byte 1"],
    ["a key twice", '{"a":{"b":1,"b":2}}', 'the key "b" stands twice in one object'],
  ])("not at all for a configuration that is %s", (_row, text, problem) => {
    const image_ = { manifest: parseImage(image), digest, config: bytes(text) };
    expect(() => formatManifestAndConfig(image_)).toThrow(
      new OciError(`Fail to interact with OCI registry: invalid image configuration: ${problem}`, {
        code: "OCI_MANIFEST_INVALID",
      }),
    );
  });
});

describe("what our own code gets", () => {
  it("is typed", () => {
    const annotated = { ...layer, annotations: { title: "x" }, urls: ["https://b.test/x"] };
    expect(parse({ ...image, layers: [annotated], annotations: { a: "b" } })).toMatchObject({
      kind: "image",
      mediaType: ociImage,
      annotations: new Map([["a", "b"]]),
      config: { ...config, urls: [], annotations: new Map() },
      layers: [{ ...layer, urls: ["https://b.test/x"], annotations: new Map([["title", "x"]]) }],
    });
    expect(
      parse({
        schemaVersion: 2,
        manifests: [{ ...config, platform: { os: "linux", architecture: "amd64" } }, config],
      }),
    ).toMatchObject({
      kind: "index",
      mediaType: ociIndex,
      manifests: [{ platform: { os: "linux", architecture: "amd64" } }, { digest }],
    });
  });
});

describe("parseManifest refuses", () => {
  const deep = `${"[".repeat(600)}${"]".repeat(600)}`;
  const text = (fields: string) => `{"schemaVersion":2,${fields}}`;
  it.each([
    ["another schema version", '{"schemaVersion":1}', "Unsupported schema version: 1"],
    ["a fraction as schema version", '{"schemaVersion":2.0}', "Unsupported schema version: 2.0"],
    ["another media type", text('"mediaType":"text/plain"'), "Unsupported media type: text/plain"],
    [
      "Docker's old type",
      text('"mediaType":"application/vnd.docker.distribution.manifest.v1+json"'),
      "Unsupported media type: application/vnd.docker.distribution.manifest.v1+json",
    ],
  ])("%s", (_row, source, message) => {
    expect(() => parseManifest(bytes(source))).toThrow(
      new OciError(`Fail to interact with OCI registry: ${message}`, { code: "OCI_MANIFEST_UNSUPPORTED" }),
    );
  });

  it.each([
    ["nothing", "", "EOF while parsing a value at byte 0"],
    ["no JSON", "<html>", "expected value at byte 0"],
    ["a list", "[]", "expected an object"],
    ["no schema version", "{}", "schemaVersion: expected a number"],
    ["a text as schema version", '{"schemaVersion":"2"}', "schemaVersion: expected a number"],
    ["a number as media type", text('"mediaType":1'), "mediaType: expected a string, received 1"],
    ["no configuration", text('"layers":[]'), "config: expected a value, received nothing"],
    ["no layers", text(`"config":${JSON.stringify(config)}`), "layers: expected a value, received nothing"],
    [
      "layers that are no list",
      text(`"config":${JSON.stringify(config)},"layers":{}`),
      "layers: expected a list, received an object",
    ],
    [
      "a size that is a text",
      text('"layers":[],"config":{"mediaType":"c","digest":"d","size":"2"}'),
      "config.size: expected a number of bytes, received a string",
    ],
    [
      "a size below nothing",
      text('"layers":[],"config":{"mediaType":"c","digest":"d","size":-1}'),
      "config.size: expected a number of bytes, received -1",
    ],
    [
      "a size with an exponent",
      text('"layers":[],"config":{"mediaType":"c","digest":"d","size":1e3}'),
      "config.size: expected a number of bytes, received 1e3",
    ],
    [
      "an annotation that is no text",
      text(`"config":${JSON.stringify(config)},"layers":[],"annotations":{"a":true}`),
      "annotations.a: expected a string, received true",
    ],
    [
      "an entry without digest",
      text('"manifests":[{"mediaType":"m","size":1}]'),
      "manifests[0].digest: expected a value, received nothing",
    ],
    [
      "a platform without architecture",
      text('"manifests":[{"mediaType":"m","size":1,"digest":"d","platform":{"os":"linux"}}]'),
      "manifests[0].platform.architecture: expected a value, received nothing",
    ],
    [
      "an image that is an index too",
      text(`"manifests":[],"config":${JSON.stringify(config)},"layers":[]`),
      "it has the fields of an image and those of an index",
    ],
    ["a key twice", text('"config":1,"config":2'), 'the key "config" stands twice in one object'],
    [
      "a key twice, once escaped",
      text('"layers":[],"\\u006cayers":[]'),
      'the key "layers" stands twice in one object',
    ],
    [
      "a key twice in what is dropped",
      text('"x":[{"a":1,"b":{"a":2},"a":3}]'),
      'the key "a" stands twice in one object',
    ],
    ["a deep document", text(`"x":${deep}`), "nested deeper than 512 levels at byte 534"],
  ])("%s", (_row, source, problem) => {
    expect(() => parseManifest(bytes(source))).toThrow(
      new OciError(`Fail to interact with OCI registry: invalid manifest: ${problem}`, {
        code: "OCI_MANIFEST_INVALID",
      }),
    );
  });

  it("bytes that are not UTF-8", () => {
    const source = Buffer.concat([bytes('{"schemaVersion":2,"x":"'), Buffer.of(0xff), bytes('"}')]);
    expect(() => parseManifest(source)).toThrow(OciError);
  });

  it("nothing that has long strings for its length", () => {
    const source = text(`"config":${JSON.stringify(config)},"layers":[],"x":"${"\\\\".repeat(2_000_000)}"`);
    expect(parseManifest(bytes(source)).kind).toBe("image");
  });

  it("only with its own error, whatever the bytes are", () => {
    const keys = fc.constantFrom(
      ...[
        "schemaVersion",
        "mediaType",
        "config",
        "layers",
        "manifests",
        "annotations",
        "subject",
        "platform",
      ],
      ...["digest", "size", "urls", "x"],
    );
    const { document } = fc.letrec((tie) => ({
      document: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom(2, 1, "d", null, true, ociImage, ociIndex, 1.5, -1),
        fc.array(tie("document"), { maxLength: 3 }),
        fc.dictionary(keys, tie("document")),
      ),
    }));
    const source = fc.oneof(
      fc.uint8Array(),
      document.map((value) => bytes(JSON.stringify(value))),
      fc.dictionary(keys, document).map((value) => bytes(JSON.stringify({ schemaVersion: 2, ...value }))),
      fc
        .array(fc.constantFrom('{"schemaVersion":2', ',"config":', '"x"', "{", "}", "[", "]", ":", ",", "2"))
        .map((tokens) => bytes(tokens.join(""))),
    );
    fc.assert(
      fc.property(source, (source) => {
        try {
          const manifest = parseManifest(source);
          const again = parseManifest(bytes(formatManifest(manifest)));
          expect(again.document).toEqual(manifest.document);
        } catch (error) {
          expect(error).toBeInstanceOf(OciError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

import * as v from "valibot";

/** Who makes the documents, as `creators` of SPDX has it. */
export const spdxCreator = "Tool: kubewarden-ts-sbom";

const noAssertion = v.literal("NOASSERTION");
const hex = (digits: number) => v.pipe(v.string(), v.regex(/^[0-9a-f]*$/), v.length(digits));
const sha1 = hex(40);
const id = v.pipe(v.string(), v.regex(/^SPDXRef-[A-Za-z0-9.-]+$/));
const checksum = v.variant("algorithm", [
  v.strictObject({ algorithm: v.literal("SHA1"), checksumValue: sha1 }),
  v.strictObject({ algorithm: v.literal("SHA256"), checksumValue: hex(64) }),
  v.strictObject({ algorithm: v.literal("SHA512"), checksumValue: hex(128) }),
]);

const Package = v.strictObject({
  SPDXID: id,
  name: v.pipe(v.string(), v.nonEmpty()),
  versionInfo: v.string(),
  downloadLocation: noAssertion,
  filesAnalyzed: v.boolean(),
  packageVerificationCode: v.optional(v.strictObject({ packageVerificationCodeValue: sha1 })),
  licenseConcluded: noAssertion,
  licenseDeclared: v.pipe(v.string(), v.nonEmpty()),
  copyrightText: noAssertion,
  checksums: v.optional(v.array(checksum)),
  externalRefs: v.array(
    v.strictObject({
      referenceCategory: v.literal("PACKAGE-MANAGER"),
      referenceType: v.literal("purl"),
      referenceLocator: v.pipe(v.string(), v.startsWith("pkg:")),
    }),
  ),
});

/** SPDX 2.3, as far as it is written here, with what the standard asks of it. */
export const SpdxDocument = v.pipe(
  v.strictObject({
    spdxVersion: v.literal("SPDX-2.3"),
    dataLicense: v.literal("CC0-1.0"),
    SPDXID: v.literal("SPDXRef-DOCUMENT"),
    name: v.string(),
    documentNamespace: v.pipe(v.string(), v.url(), v.excludes("#")),
    creationInfo: v.strictObject({
      created: v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)),
      creators: v.tuple([v.literal(spdxCreator)]),
    }),
    packages: v.array(Package),
    files: v.array(
      v.strictObject({
        SPDXID: id,
        fileName: v.pipe(v.string(), v.startsWith("./")),
        checksums: v.pipe(
          v.array(checksum),
          v.someItem(({ algorithm }) => algorithm === "SHA1", "a file needs a SHA-1 (SPDX 2.3, 8.4)"),
        ),
        licenseConcluded: noAssertion,
        copyrightText: noAssertion,
      }),
    ),
    relationships: v.array(
      v.strictObject({
        spdxElementId: v.string(),
        relationshipType: v.picklist(["DESCRIBES", "CONTAINS", "DEPENDS_ON", "BUILD_TOOL_OF"]),
        relatedSpdxElement: v.string(),
      }),
    ),
  }),
  v.check(({ packages, files }) => {
    const ids = [...packages, ...files].map((element) => element.SPDXID);
    return new Set(ids).size === ids.length;
  }, "two elements have one SPDXID"),
  v.check(({ packages, files, relationships }) => {
    const ids = new Set(["SPDXRef-DOCUMENT", ...[...packages, ...files].map((element) => element.SPDXID)]);
    return relationships.every((each) => ids.has(each.spdxElementId) && ids.has(each.relatedSpdxElement));
  }, "a relationship is of an element that the document does not have"),
);
export type SpdxDocument = v.InferOutput<typeof SpdxDocument>;

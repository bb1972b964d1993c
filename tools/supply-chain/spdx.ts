import { createHash } from "node:crypto";
import { type Artefact, idOf } from "./artefact.ts";
import type { Component } from "./component.ts";
import { type Source, timestampOf } from "./source.ts";
import { type SpdxDocument, spdxCreator } from "./spdx-document.ts";

/** The bill of materials of an artefact as SPDX 2.3. */
export function spdxOf(artefact: Artefact, source: Source): SpdxDocument {
  const { name, version, contains, dependsOn, madeWith } = artefact;
  const artefactId = "SPDXRef-Artefact";
  const verificationCode = verificationCodeOf(artefact);
  const components = componentsOf(artefact);
  const related = (list: readonly Component[], relationshipType: "CONTAINS" | "DEPENDS_ON") =>
    list.map(({ purl }) => ({
      ...{ spdxElementId: artefactId, relationshipType, relatedSpdxElement: packageId(purl) },
    }));
  return {
    spdxVersion: "SPDX-2.3",
    dataLicense: "CC0-1.0",
    SPDXID: "SPDXRef-DOCUMENT",
    name: idOf(artefact),
    documentNamespace: `https://spdx.org/spdxdocs/kubewarden-ts/${idOf(artefact)}-${version}-${source.commit}-${verificationCode}`,
    creationInfo: { created: timestampOf(source), creators: [spdxCreator] },
    packages: [
      {
        ...{ SPDXID: artefactId, name, versionInfo: version, downloadLocation: "NOASSERTION" },
        filesAnalyzed: true,
        packageVerificationCode: { packageVerificationCodeValue: verificationCode },
        ...{ licenseConcluded: "NOASSERTION", licenseDeclared: "Apache-2.0", copyrightText: "NOASSERTION" },
        externalRefs: [],
      },
      ...components.map(packageOf),
    ],
    files: [...artefact.files].map(([fileName, { sha1, sha256 }]) => ({
      ...{ SPDXID: fileId(fileName), fileName: `./${fileName}` },
      checksums: [
        { algorithm: "SHA1", checksumValue: sha1 },
        { algorithm: "SHA256", checksumValue: sha256 },
      ],
      ...{ licenseConcluded: "NOASSERTION", copyrightText: "NOASSERTION" },
    })),
    relationships: [
      {
        spdxElementId: "SPDXRef-DOCUMENT",
        relationshipType: "DESCRIBES",
        relatedSpdxElement: artefactId,
      },
      ...[...artefact.files.keys()].map((fileName) => ({
        spdxElementId: artefactId,
        relationshipType: "CONTAINS" as const,
        relatedSpdxElement: fileId(fileName),
      })),
      ...related(contains, "CONTAINS"),
      ...related(dependsOn, "DEPENDS_ON"),
      ...madeWith.map(({ purl }) => ({
        spdxElementId: packageId(purl),
        relationshipType: "BUILD_TOOL_OF" as const,
        relatedSpdxElement: artefactId,
      })),
    ],
  };
}

/** Each once, whatever it is to the artefact. */
function componentsOf({ contains, dependsOn, madeWith }: Artefact): Component[] {
  const all = [...contains, ...dependsOn, ...madeWith];
  return [...new Map(all.map((component) => [component.purl, component])).values()];
}

function packageOf({ name, version, purl, licence, sha512 }: Component): SpdxDocument["packages"][number] {
  return {
    ...{ SPDXID: packageId(purl), name, versionInfo: version, downloadLocation: "NOASSERTION" },
    filesAnalyzed: false,
    ...{ licenseConcluded: "NOASSERTION", licenseDeclared: licence ?? "NOASSERTION" },
    copyrightText: "NOASSERTION",
    ...(sha512 === undefined ? {} : { checksums: [{ algorithm: "SHA512" as const, checksumValue: sha512 }] }),
    externalRefs: [{ referenceCategory: "PACKAGE-MANAGER", referenceType: "purl", referenceLocator: purl }],
  };
}

/** Hashed, because an identifier holds letters, digits, dots and hyphens only. */
function packageId(purl: string): string {
  return `SPDXRef-Package-${shortHash(purl)}`;
}

function fileId(fileName: string): string {
  return `SPDXRef-File-${shortHash(fileName)}`;
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/** SPDX 2.3, 7.9. */
function verificationCodeOf({ files }: Artefact): string {
  const digests = [...files.values()].map(({ sha1 }) => sha1).sort();
  return createHash("sha1").update(digests.join("")).digest("hex");
}

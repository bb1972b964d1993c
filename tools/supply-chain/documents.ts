import * as v from "valibot";
import { type Artefact, idOf } from "./artefact.ts";
import { CyclonedxPackages, cyclonedxOf, cyclonedxProblems } from "./cyclonedx.ts";
import { type Builder, ProvenanceStatement, provenanceOf } from "./provenance.ts";
import type { Source } from "./source.ts";
import { spdxOf } from "./spdx.ts";
import { SpdxDocument } from "./spdx-document.ts";

/** One kind of document about an artefact. */
export interface DocumentFormat {
  /** How messages call it. */
  readonly title: string;
  /** What follows the name of the artefact. */
  readonly suffix: string;
  make(artefact: Artefact, source: Source, builder: Builder): unknown;
  /** What is wrong with a document by the rules of its standard; nothing when it is valid. */
  problems(json: string): Promise<string[]> | string[];
  /** Package URLs in a valid document. */
  purls(document: unknown): string[];
}

export const documentFormats: readonly DocumentFormat[] = [
  {
    ...{ title: "SPDX 2.3", suffix: ".spdx.json", make: spdxOf },
    problems: (json) => schemaProblems(SpdxDocument, json),
    purls: (document) =>
      v
        .parse(SpdxDocument, document)
        .packages.flatMap(({ externalRefs }) => externalRefs.map((each) => each.referenceLocator)),
  },
  {
    ...{ title: "CycloneDX 1.6", suffix: ".cdx.json", make: cyclonedxOf, problems: cyclonedxProblems },
    purls(document) {
      const { components, formulation } = v.parse(CyclonedxPackages, document);
      return [...components, ...formulation.flatMap((each) => each.components)].flatMap(
        ({ purl }) => purl ?? [],
      );
    },
  },
  {
    ...{ title: "SLSA provenance 1", suffix: ".provenance.json", make: provenanceOf },
    problems: (json) => schemaProblems(ProvenanceStatement, json),
    purls: (document) =>
      v
        .parse(ProvenanceStatement, document)
        .predicate.buildDefinition.resolvedDependencies.flatMap(({ uri }) => uri ?? []),
  },
];

/** Where a document lies, from the folder of documents: `bundles/kwctl.spdx.json`. */
export function documentName(artefact: Artefact, { suffix }: Pick<DocumentFormat, "suffix">): string {
  return `${idOf(artefact)}${suffix}`;
}

/** As it is written: the same artefact, commit and builder give the same bytes. */
export function documentText(document: unknown): string {
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function schemaProblems(schema: v.GenericSchema, json: string): string[] {
  const { issues = [] } = v.safeParse(schema, JSON.parse(json));
  return issues.map((issue) => `${v.getDotPath(issue) ?? "the document"}: ${issue.message}`);
}

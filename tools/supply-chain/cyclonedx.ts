import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import * as v from "valibot";
import { type Artefact, idOf } from "./artefact.ts";
import type { Component } from "./component.ts";
import { type Source, timestampOf } from "./source.ts";

const artefactRef = "artefact";

/** The bill of materials of an artefact as CycloneDX 1.6. */
export function cyclonedxOf(artefact: Artefact, source: Source) {
  const { name, version, files, contains, dependsOn, madeWith } = artefact;
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      timestamp: timestampOf(source),
      tools: { components: [{ type: "application", name: "kubewarden-ts-sbom" }] },
      component: {
        ...{
          type: "application",
          "bom-ref": artefactRef,
          group: idOf(artefact).split("/")[0],
          name,
          version,
        },
        licenses: [{ expression: "Apache-2.0" }],
        components: [...files].map(([fileName, { sha256 }]) => ({
          ...{ type: "file", name: fileName, hashes: [{ alg: "SHA-256", content: sha256 }] },
        })),
      },
    },
    components: [...contains, ...dependsOn].map(libraryOf),
    dependencies: [
      { ref: artefactRef, dependsOn: dependsOn.map(refOf) },
      ...[...contains, ...dependsOn].map((component) => ({ ref: refOf(component) })),
    ],
    // the bundler says what it put in; what packages are made of themselves, they do not say
    compositions: [{ aggregate: "complete", assemblies: [artefactRef] }],
    formulation: [
      {
        components: madeWith.map((component) => ({
          ...libraryOf(component),
          "bom-ref": `tool:${component.purl}`,
        })),
      },
    ],
  };
}

const Packages = v.optional(v.array(v.looseObject({ purl: v.optional(v.string()) })), []);

/** Where the packages of a document stand: what the artefact is made of, and what it was made with. */
export const CyclonedxPackages = v.looseObject({
  components: Packages,
  formulation: v.optional(v.array(v.looseObject({ components: Packages })), []),
});

function refOf({ purl }: Component): string {
  return purl;
}

function libraryOf({ name, version, purl, licence, sha512 }: Component) {
  const [group, ownName] = name.startsWith("@") ? name.split("/") : [undefined, name];
  return {
    ...{
      type: "library",
      "bom-ref": purl,
      ...(group === undefined ? {} : { group }),
      name: ownName,
      version,
    },
    ...(sha512 === undefined ? {} : { hashes: [{ alg: "SHA-512", content: sha512 }] }),
    ...(licence === undefined ? {} : { licenses: [{ expression: licence }] }),
    purl,
  };
}

const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);

/** What the schema of CycloneDX 1.6 says against a document; nothing when it is valid. */
export async function cyclonedxProblems(json: string): Promise<string[]> {
  const errors = v.parse(SchemaErrors, (await validator.validate(json)) ?? []);
  return errors.map(({ instancePath, message }) => `${instancePath || "the document"}: ${message}`);
}

/** As Ajv writes them; the library promises no type. */
const SchemaErrors = v.array(v.object({ instancePath: v.string(), message: v.string() }));

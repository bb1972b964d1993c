import * as v from "valibot";
import { type Artefact, type ArtefactKind, commandOf, idOf } from "./artefact.ts";
import type { Component } from "./component.ts";
import type { Source } from "./source.ts";

/** Who built, and from which lock file. */
export interface Builder {
  /** A URI; whoever signs vouches for it. */
  readonly id: string;
  /** SHA-256 of `package-lock.json` in lower-case hex. */
  readonly lockDigest: string;
}

const digest = v.pipe(
  v.record(v.picklist(["sha256", "sha512", "gitCommit"]), v.pipe(v.string(), v.regex(/^[0-9a-f]+$/))),
  v.check((digests) => Object.keys(digests).length > 0, "there is no digest"),
);
const uri = v.pipe(v.string(), v.regex(/^[a-z][a-z0-9+.-]*:[^\s]+$/i, "not a URI"));

const Resource = v.pipe(
  v.strictObject({
    uri: v.optional(uri),
    name: v.optional(v.string()),
    digest: v.optional(digest),
    annotations: v.optional(v.record(v.string(), v.unknown())),
  }),
  v.check(
    (resource) => resource.uri !== undefined || resource.digest !== undefined,
    "neither uri nor digest",
  ),
);

/** A statement of in-toto (version 1) with provenance of SLSA (version 1), as far as it is written here. */
export const ProvenanceStatement = v.strictObject({
  _type: v.literal("https://in-toto.io/Statement/v1"),
  subject: v.pipe(v.array(v.strictObject({ name: v.string(), digest })), v.minLength(1)),
  predicateType: v.literal("https://slsa.dev/provenance/v1"),
  predicate: v.strictObject({
    buildDefinition: v.strictObject({
      buildType: uri,
      externalParameters: v.strictObject({ artefact: v.string(), command: v.string() }),
      resolvedDependencies: v.array(Resource),
    }),
    runDetails: v.strictObject({
      builder: v.strictObject({ id: uri }),
    }),
  }),
});
export type ProvenanceStatement = v.InferOutput<typeof ProvenanceStatement>;

/** How a kind is built; docs/guides/supply-chain.md says what its parameters mean. */
const buildTypeOf = (kind: ArtefactKind) => `urn:kubewarden-ts:build:${kind}:v1`;

/** Says of what, how and by whom an artefact was built. */
export function provenanceOf(artefact: Artefact, source: Source, builder: Builder): ProvenanceStatement {
  const { kind, files, contains, dependsOn, madeWith } = artefact;
  const npm = [...contains, ...dependsOn, ...madeWith].filter(({ sha512 }) => sha512 !== undefined);
  const byPurl = new Map(npm.map((component) => [component.purl, component]));
  return {
    _type: "https://in-toto.io/Statement/v1",
    subject: [...files].map(([name, { sha256 }]) => ({ name, digest: { sha256 } })),
    predicateType: "https://slsa.dev/provenance/v1",
    predicate: {
      buildDefinition: {
        buildType: buildTypeOf(kind),
        externalParameters: { artefact: idOf(artefact), command: commandOf[kind] },
        resolvedDependencies: [
          commitResource(source),
          { name: "package-lock.json", digest: { sha256: builder.lockDigest } },
          ...[...byPurl.values()].map(npmResource),
        ],
      },
      // no times of the run: the same input gives the same bytes
      runDetails: { builder: { id: builder.id } },
    },
  };
}

/** The commit that a statement names. */
export function commitOf({ predicate }: ProvenanceStatement): string | undefined {
  const commits = predicate.buildDefinition.resolvedDependencies.map((each) => each.digest?.["gitCommit"]);
  return commits.find((commit) => commit !== undefined);
}

function commitResource({ commit, isModified }: Source) {
  return {
    ...{ name: "kubewarden-ts", digest: { gitCommit: commit } },
    ...(isModified ? { annotations: { modified: true } } : {}),
  };
}

function npmResource({ purl, sha512 }: Component) {
  return { uri: purl, ...(sha512 === undefined ? {} : { digest: { sha512 } }) };
}

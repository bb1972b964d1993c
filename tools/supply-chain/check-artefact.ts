import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { type Artefact, type ArtefactKind, commandOf, type FileDigests, idOf } from "./artefact.ts";
import { type DocumentFormat, documentFormats, documentName, documentText } from "./documents.ts";
import { type Builder, commitOf, ProvenanceStatement } from "./provenance.ts";
import type { Source } from "./source.ts";

/** What documents are compared with. */
export interface Expected {
  /** As this checkout builds it. */
  readonly artefact: Artefact;
  readonly source: Source;
  readonly builder: Builder;
}

/**
 * Compares the files of a kind with what this checkout builds.
 * @param artefacts - all of the kind
 * @param found - the files in the folder of the kind, by name from there
 * @returns one line for each file that is missing, surplus or another
 */
export function checkFiles(
  kind: ArtefactKind,
  artefacts: readonly Artefact[],
  found: ReadonlyMap<string, FileDigests>,
): string[] {
  const expected = new Map(artefacts.flatMap(({ files }) => [...files]));
  const command = `\`${commandOf[kind]}\``;
  const missing = [...expected.keys()].filter((name) => !found.has(name));
  const others = [...found].flatMap(([name, { sha256 }]) => {
    const wanted = expected.get(name)?.sha256;
    if (wanted === sha256) return [];
    if (wanted === undefined) return [`${name}: is no part of what ${command} makes`];
    return [
      `${name}: is not what this checkout builds: its SHA-256 is ${sha256}, expected ${wanted}; run ${command}`,
    ];
  });
  const lines = [...missing.map((name) => `${name}: is missing: run ${command}`), ...others];
  return lines.map((line) => `dist/${kind}/${line}`);
}

/**
 * Checks the documents of an artefact against what this checkout builds.
 * @param folder - of the documents
 * @param found - the files of its kind, as in {@link checkFiles}
 * @returns one line for each finding, naming the document
 */
export async function checkDocuments(
  folder: string,
  expected: Expected,
  found: ReadonlyMap<string, FileDigests>,
): Promise<string[]> {
  const checks = documentFormats.map(async (format) => {
    const name = documentName(expected.artefact, format);
    const json = await readFile(join(folder, name), "utf8").catch(() => undefined);
    const problems =
      json === undefined
        ? ["is missing: run `npm run sbom`"]
        : await documentFindings(json, format, expected, found);
    return problems.map((problem) => `dist/sbom/${name}: ${problem}`);
  });
  return (await Promise.all(checks)).flat();
}

async function documentFindings(
  json: string,
  format: DocumentFormat,
  { artefact, source, builder }: Expected,
  found: ReadonlyMap<string, FileDigests>,
): Promise<string[]> {
  const document = parseJson(json);
  if (document === undefined) return ["is no JSON"];
  const invalid = await format.problems(json);
  if (invalid.length > 0) return invalid.map((problem) => `is not valid ${format.title}: ${problem}`);
  const expected = format.make(artefact, source, builder);
  const findings = [
    ...packageFindings(format.purls(document), format.purls(expected), idOf(artefact)),
    ...statementFindings(document, source, found),
  ];
  if (findings.length > 0 || json === documentText(expected)) return findings;
  return [
    firstDifference(document, JSON.parse(documentText(expected))) ??
      "is written in another form than `npm run sbom` does",
  ];
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function packageFindings(found: readonly string[], expected: readonly string[], id: string): string[] {
  const missing = expected.filter((purl) => !found.includes(purl));
  const surplus = found.filter((purl) => !expected.includes(purl));
  return [
    ...missing.map((purl) => `lacks ${purl}, which is in ${id} or was used to make it`),
    ...surplus.map((purl) => `names ${purl}, which is not in ${id}`),
  ];
}

/** What only a statement says: the digests of files, and the commit. */
function statementFindings(
  document: unknown,
  source: Source,
  files: ReadonlyMap<string, FileDigests>,
): string[] {
  const { success, output: statement } = v.safeParse(ProvenanceStatement, document);
  if (!success) return [];
  const digests = statement.subject.flatMap(({ name, digest: { sha256 } }) => {
    const found = files.get(name)?.sha256;
    return found === undefined || found === sha256
      ? []
      : [`says that the SHA-256 of ${name} is ${sha256}; it is ${found}`];
  });
  const commit = commitOf(statement);
  if (commit === source.commit) return digests;
  return [...digests, `was made from commit ${commit}, but ${source.commit} is checked out`];
}

/** Where two documents differ first, as a path into them. */
function firstDifference(found: unknown, expected: unknown, path = "$"): string | undefined {
  if (Object.is(found, expected)) return undefined;
  if (isContainer(found) && isContainer(expected) && Array.isArray(found) === Array.isArray(expected)) {
    const keys = new Set([...Object.keys(expected), ...Object.keys(found)]);
    for (const key of keys) {
      const difference = firstDifference(found[key], expected[key], `${path}.${key}`);
      if (difference !== undefined) return difference;
    }
    return undefined;
  }
  return `${path} is ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`;
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

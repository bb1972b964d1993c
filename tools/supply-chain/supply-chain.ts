import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { errorText } from "@kubewarden-ts/base";
import { type Artefact, type ArtefactKind, digestFolder, type FileDigests, idOf } from "./artefact.ts";
import { checkDocuments, checkFiles } from "./check-artefact.ts";
import { documentFormats, documentName, documentText } from "./documents.ts";
import type { Builder } from "./provenance.ts";
import { checkSignature, type SignStatement, signatureSuffix } from "./signature.ts";
import type { Source } from "./source.ts";

/** The artefacts of one kind, as this checkout builds them, and where they and their documents lie. */
export interface ArtefactSet {
  readonly kind: ArtefactKind;
  readonly artefacts: readonly Artefact[];
  /** `dist`: artefacts in `<dist>/<kind>`, documents in `<dist>/sbom/<kind>`. */
  readonly dist: string;
  readonly source: Source;
  readonly builder: Builder;
}

/**
 * Writes the documents of all artefacts of a kind, in the place of earlier ones.
 * @returns what is wrong with the artefacts; nothing is then written
 */
export async function writeDocuments(set: ArtefactSet, sign: SignStatement | undefined): Promise<string[]> {
  const findings = checkFiles(set.kind, set.artefacts, await builtFiles(set));
  if (findings.length > 0) return findings;
  const folder = join(set.dist, "sbom");
  await rm(join(folder, set.kind), { recursive: true, force: true });
  for (const artefact of set.artefacts) {
    await mkdir(dirname(join(folder, idOf(artefact))), { recursive: true });
    for (const format of documentFormats) {
      const text = documentText(format.make(artefact, set.source, set.builder));
      await writeFile(join(folder, documentName(artefact, format)), text);
    }
    if (sign !== undefined) await writeSignature(folder, artefact, sign);
  }
  return [];
}

async function writeSignature(folder: string, artefact: Artefact, sign: SignStatement): Promise<void> {
  const statement = await readFile(
    join(folder, documentName(artefact, { suffix: ".provenance.json" })),
    "utf8",
  );
  const name = documentName(artefact, { suffix: signatureSuffix });
  await writeFile(join(folder, name), documentText(await sign(statement)));
}

/**
 * Checks artefacts of a kind and their documents: all there, none besides, each what this checkout makes.
 * @param publicKey - in PEM: what the provenance must be signed with; without it, signatures are not looked at
 * @returns one line per finding
 */
export async function checkSupplyChain(set: ArtefactSet, publicKey: string | undefined): Promise<string[]> {
  const found = await builtFiles(set);
  const findings = [...checkFiles(set.kind, set.artefacts, found), ...(await surplusDocuments(set))];
  const folder = join(set.dist, "sbom");
  for (const artefact of set.artefacts) {
    findings.push(...(await checkDocuments(folder, { ...set, artefact }, found)));
    if (publicKey !== undefined) findings.push(...(await signatureFindings(folder, artefact, publicKey)));
  }
  return findings;
}

/** Without what says which sources a policy was built of. */
async function builtFiles({ dist, kind }: ArtefactSet): Promise<Map<string, FileDigests>> {
  const files = await digestFolder(join(dist, kind));
  return new Map([...files].filter(([name]) => !name.endsWith(".wasm.inputs")));
}

async function surplusDocuments({ dist, kind, artefacts }: ArtefactSet): Promise<string[]> {
  const suffixes = [...documentFormats.map(({ suffix }) => suffix), signatureSuffix];
  const known = new Set(artefacts.flatMap(({ name }) => suffixes.map((suffix) => `${name}${suffix}`)));
  const names = [...(await digestFolder(join(dist, "sbom", kind))).keys()];
  return names.flatMap((name) =>
    known.has(name) ? [] : [`dist/sbom/${kind}/${name}: is about nothing that this checkout builds`],
  );
}

async function signatureFindings(folder: string, artefact: Artefact, publicKey: string): Promise<string[]> {
  const [name, statementName] = [signatureSuffix, ".provenance.json"].map((suffix) =>
    documentName(artefact, { suffix }),
  ) as [string, string];
  const [bundle, statement] = await Promise.all(
    [name, statementName].map((each) => readFile(join(folder, each)).catch(() => undefined)),
  );
  if (statement === undefined) return []; // a finding already
  if (bundle === undefined) return [`dist/sbom/${name}: is missing: run \`npm run sbom -- --key FILE\``];
  try {
    checkSignature(bundle, statement, publicKey);
    return [];
  } catch (error) {
    return [`dist/sbom/${name}: does not count: ${errorText(error)}`];
  }
}

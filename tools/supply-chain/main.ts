// `npm run sbom`: bills of materials and provenance of what lies in dist/, into dist/sbom; with `--check` it compares
// them with what this checkout builds. docs/guides/supply-chain.md says what the documents mean.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineCommand, runProgram } from "@kubewarden-ts/cli";
import { type ArtefactKind, commandOf } from "./artefact.ts";
import { buildArtefacts } from "./build-artefacts.ts";
import { readInstalled } from "./component.ts";
import { readSigner } from "./signature.ts";
import { readSource, type Source } from "./source.ts";
import { checkSupplyChain, writeDocuments } from "./supply-chain.ts";

const root = join(import.meta.dirname, "../..");
const allKinds = Object.keys(commandOf) as ArtefactKind[];

const sbom = defineCommand({
  name: "npm run sbom --",
  summary: "Writes bills of materials and provenance of what lies in dist/, or checks them",
  flags: {
    check: { type: "boolean", description: "Check the documents that are there; nothing is written" },
    only: { type: "enum", values: allKinds, description: "Leave out the other kinds of artefacts" },
    key: {
      ...{ type: "string", valueName: "FILE", conflictsWith: ["check"] },
      description: "Private key (PEM) to sign the provenance with; COSIGN_PASSWORD holds its password",
    },
    "public-key": {
      ...{ type: "string", valueName: "FILE", conflictsWith: ["key"] },
      description: "With --check: the key (PEM) that the provenance must be signed with",
    },
    "builder-id": {
      ...{ type: "string", valueName: "URI", default: "urn:kubewarden-ts:builder:unnamed" },
      description: "Who builds, in the provenance",
    },
    "allow-modified": {
      type: "boolean",
      description: "Accept a checkout with changes that are in no commit; the provenance says so",
    },
  },
  async run({ flags, env, stdout, stderr }) {
    if (flags["public-key"] !== undefined && !flags.check) {
      throw new Error("--public-key checks signatures: give --check with it, or --key to sign");
    }
    const source = await readSource(root, env);
    refuseModified(source, flags["allow-modified"]);
    const installed = await readInstalled(root);
    const builder = { id: flags["builder-id"], lockDigest: installed.lockDigest };
    const sign = flags.key === undefined ? undefined : await readSigner(flags.key, env);
    const keyFile = flags["public-key"];
    const publicKey = keyFile === undefined ? undefined : await readFile(keyFile, "utf8");
    const folder = await mkdtemp(join(tmpdir(), "kubewarden-ts-sbom-"));
    let exitCode = 0;
    try {
      for (const kind of flags.only === undefined ? allKinds : [flags.only as ArtefactKind]) {
        const artefacts = await buildArtefacts(kind, join(folder, kind), installed);
        const set = { kind, artefacts, dist: join(root, "dist"), source, builder };
        const findings = flags.check
          ? await checkSupplyChain(set, publicKey)
          : await writeDocuments(set, sign);
        for (const finding of findings) stderr.write(`${finding}\n`);
        if (findings.length > 0) exitCode = 1;
        else stdout.write(`dist/${kind}: ${artefacts.length} ${flags.check ? "checked" : "documented"}\n`);
      }
      return exitCode;
    } finally {
      await rm(folder, { recursive: true });
    }
  },
});

function refuseModified({ commit, isModified }: Source, isAllowed: boolean): void {
  if (!isModified || isAllowed) return;
  throw new Error(
    `the checkout has changes that commit ${commit} does not have: commit them, or give --allow-modified`,
  );
}

const { argv, env, stdout, stderr } = process;
process.exitCode = await runProgram(sbom, { argv: argv.slice(2), env, stdout, stderr });

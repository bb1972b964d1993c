import { defineCommand } from "../define-command.ts";
import { admissionRequest } from "./scaffold/admission-request.ts";
import { artifacthub } from "./scaffold/artifacthub.ts";
import { manifest } from "./scaffold/manifest.ts";
import { scaffoldPsp } from "./scaffold/psp.ts";
import { vap } from "./scaffold/vap.ts";
import { verificationConfig } from "./scaffold/verification-config.ts";

export const scaffold = defineCommand({
  summary: "Scaffold a Kubernetes resource or configuration file",
  subcommands: {
    "admission-request": admissionRequest,
    artifacthub,
    manifest,
    psp: scaffoldPsp,
    vap,
    "verification-config": verificationConfig,
  },
});

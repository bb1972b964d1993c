import { printable } from "@kubewarden-ts/base";
import { defineCommand } from "../../define-command.ts";
import { servedKindOf } from "../../scaffold/admission-request/find-served-kind.ts";
import { readObjectFile } from "../../scaffold/admission-request/object-file.ts";
import {
  admissionRequestDocument,
  checkParameters,
  operations,
} from "../../scaffold/admission-request/request-document.ts";
import { exactJson } from "../../scaffold/exact-json.ts";

/** `kwctl scaffold admission-request` (kwctl-and-oci.md 7.4) */
export const admissionRequest = defineCommand({
  summary: "Scaffold an AdmissionRequest object",
  flags: {
    operation: {
      type: "enum",
      short: "o",
      valueName: "OPERATION",
      values: operations,
      required: true,
      description: "Kubernetes operation",
    },
    object: { type: "string", valueName: "PATH", description: "File with the new object, in YAML or JSON" },
    "old-object": { type: "string", valueName: "PATH", description: "File with the object as it was" },
  },
  async run({ flags, stdout, ...deps }) {
    const { operation, object: path, "old-object": oldPath } = flags;
    checkParameters(operation, { object: path, old_object: oldPath });
    const object = path === undefined ? undefined : await readObjectFile(path, deps.files);
    const oldObject = oldPath === undefined ? undefined : await readObjectFile(oldPath, deps.files);
    const subject = object ?? oldObject;
    const served = subject && (await servedKindOf(subject, deps));
    if (subject !== undefined && served === undefined) {
      deps.log.warn(
        "the kind of the object is not known: its resource is a placeholder, and its scope unsure",
        {
          kind: subject.kind,
          group: subject.group,
        },
      );
    }
    const request = admissionRequestDocument({ operation, object, oldObject, served });
    stdout.write(printable(`${exactJson(request)}\n`));
  },
});

// The entry of worker threads.
import { serveGuests } from "@kubewarden-ts/policy-runtime/worker";
import { admissionHandler } from "./worker/admission-handler.ts";

serveGuests(admissionHandler);

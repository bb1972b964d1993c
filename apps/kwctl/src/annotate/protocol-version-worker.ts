// The entry of a worker thread.
import { serveGuests } from "@kubewarden-ts/policy-runtime/worker";
import { protocolVersionHandler } from "./protocol-version-handler.ts";

serveGuests(protocolVersionHandler);

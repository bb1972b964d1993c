// One module per namespace, so that a policy's file names only the capabilities it uses.
import * as net from "./net.ts";

export { net };

// The least that node:http can do with a request; its CPU time is the unit of the others. Arguments: certificate and
// key for HTTPS. Prints its port.
import { readFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";

const answer: RequestListener = (request, response) => {
  response.writeHead(200, { "content-type": "application/json", "content-length": 2 });
  response.end("{}");
  request.resume();
};

const [certFile, keyFile] = process.argv.slice(2);
const limits = { keepAliveTimeout: 60_000 };
const server =
  certFile === undefined || keyFile === undefined
    ? createServer(limits, answer)
    : createTlsServer({ ...limits, cert: readFileSync(certFile), key: readFileSync(keyFile) }, answer);

server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.stdout.write(`${typeof address === "object" ? address?.port : ""}\n`);
});

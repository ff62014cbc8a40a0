// Loaded into firebase-tools, for three things that its Hosting emulator cannot bear and that the deployed Hosting can.
//
// - A path with a `%` that begins no character ends the emulator, and the whole stack with it: it is answered with 400.
// - In a query such a `%` is for the function to read; only the redirects of superstatic, which decode it, stumble over it.
// - `Expect: 100-continue` and `Transfer-Encoding` were between the client and this server, which has dealt with both. The
//   emulator hands them on, and its own HTTP client refuses them: the caller got a plain 500.
const http = require("node:http");
const path = require("node:path");

const root = path.join(__dirname, "../..");
const { port } = require(path.join(root, "firebase.json")).emulators.hosting;
const BETWEEN_CLIENT_AND_SERVER = ["expect", "transfer-encoding"];

const emit = http.Server.prototype.emit;
http.Server.prototype.emit = function (event, request, response, ...rest) {
  if (event !== "request" || this.address()?.port !== port) return emit.call(this, event, request, response, ...rest);
  if (!isDecodable(request.url.split("?")[0])) {
    response.writeHead(400, { "Content-Type": "text/plain" }).end("The path is not percent-encoded.\n");
    return true;
  }
  for (const name of BETWEEN_CLIENT_AND_SERVER) delete request.headers[name];
  return emit.call(this, event, request, response, ...rest);
};

const redirects = require.resolve(path.join(root, "node_modules/superstatic/lib/middleware/redirects.js"));
const made = require(redirects);
require.cache[redirects].exports = (...options) => {
  const redirect = made(...options);
  return (request, response, next) => (isDecodable(request.url) ? redirect(request, response, next) : next());
};

function isDecodable(text) {
  try {
    decodeURI(text);
    return true;
  } catch {
    return false;
  }
}

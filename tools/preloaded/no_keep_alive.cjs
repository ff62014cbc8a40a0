// Loaded into firebase-tools. Node keeps a connection to a function's process for 5 seconds, gunicorn for 2, and a request
// that is sent just when gunicorn gives up is lost: the functions emulator answers 500, "socket hang up". So each request
// gets a connection of its own.
const http = require("node:http");

http.globalAgent = new http.Agent({ keepAlive: false });

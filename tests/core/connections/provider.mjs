// A real OpenID provider (npm `oidc-provider`, certified) for the tests, with the faults that real ones have.
//
// `node provider.mjs PORT REDIRECT_URI...`; anybody logs in under any name. `POST /control` with JSON sets what happens:
//   next: [{path, fault, changed}]  the next request to a path has this fault: html, 500, hang, lost (done, but never answered),
//                          elsewhere (redirects to another host), answer (its JSON with the fields of `changed`; null: without)
//   skewS                  the provider's clock, seconds from the real one
// `GET /control` answers how often each path was asked.
import { createServer } from "node:http";

const [port, ...redirectUris] = process.argv.slice(2);
const RealDate = Date;
let skew = 0;
globalThis.Date = class extends RealDate {
  constructor(...given) {
    given.length ? super(...given) : super(RealDate.now() + skew);
  }
  static now() {
    return RealDate.now() + skew;
  }
};
const { default: Provider } = await import("oidc-provider");

const issuer = `http://127.0.0.1:${port}`;
const emailOf = (id) => (id.includes("@") ? id : `${id}@example.org`);
const client = (id, more = {}) => ({
  client_id: id, client_secret: "100% a+secret: of the operator", redirect_uris: redirectUris,
  grant_types: ["authorization_code", "refresh_token"], response_types: ["code"], ...more,
});
const provider = new Provider(issuer, {
  clients: [client("maxbooster"), client("impatient")],
  pkce: { required: () => true },
  findAccount: (_, id) => ({ accountId: id, claims: async () => ({ sub: id, name: `Artist ${id}`, email: emailOf(id), email_verified: true }) }),
  claims: { openid: ["sub"], profile: ["name"], email: ["email", "email_verified"] },
  scopes: ["openid", "profile", "email", "offline_access"],
  features: { devInteractions: { enabled: true }, revocation: { enabled: true } },
  issueRefreshToken: async () => true,
  rotateRefreshToken: true,
  ttl: { AccessToken: 3600, RefreshToken: 86_400, Grant: 86_400, Session: 86_400, Interaction: 600, IdToken: 3600, AuthorizationCode: 60 },
  cookies: { keys: ["test"] },
});
// Accounts' own providers come back to a page that is named by the account's id, which nobody knows before.
const signInPages = redirectUris.map((uri) => `${new URL(uri).origin}/sign-in/return/`);
const { redirectUriAllowed } = provider.Client.prototype;
provider.Client.prototype.redirectUriAllowed = function (uri, ...more) {
  return signInPages.some((page) => uri.startsWith(page)) || redirectUriAllowed.call(this, uri, ...more);
};
const serve = provider.callback();
const asked = {};
let faults = [];

const FAULTS = {
  html: (request, response) => response.writeHead(200, { "content-type": "text/html" }).end("<h1>Maintenance</h1>"),
  500: (request, response) => response.writeHead(500, { "content-type": "application/json" }).end('{"error":"server_error"}'),
  401: (request, response) => response.writeHead(401).end(),
  hang: () => {},
  lost: (request, response) => {
    response.writeHead = () => response;
    response.end = () => request.socket.destroy();
    serve(request, response);
  },
  answer: (request, response, changed) => {
    const end = response.end.bind(response);
    response.end = (body) => {
      const said = Object.entries({ ...JSON.parse(body), ...changed }).filter(([, value]) => value !== null);
      const text = JSON.stringify(Object.fromEntries(said));
      response.setHeader("content-length", Buffer.byteLength(text));
      return end(text);
    };
    serve(request, response);
  },
  elsewhere: (request, response) => response.writeHead(302, { location: `http://127.0.0.2:${port}${request.url}` }).end(),
};

createServer((request, response) => {
  const { pathname } = new URL(request.url, issuer);
  if (pathname === "/control") return control(request, response);
  const key = `${pathname}`;
  asked[key] = (asked[key] ?? 0) + 1;
  const at = faults.findIndex(({ path }) => path === pathname);
  if (at < 0) return serve(request, response);
  const [{ fault, changed }] = faults.splice(at, 1);
  return FAULTS[fault](request, response, changed);
}).listen(Number(port), "127.0.0.1");

function control(request, response) {
  let text = "";
  request.on("data", (piece) => (text += piece));
  request.on("end", () => {
    if (text) {
      const wanted = JSON.parse(text);
      faults = wanted.next ?? faults;
      skew = (wanted.skewS ?? skew / 1000) * 1000;
    }
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(asked));
  });
}

// A real OpenID provider for the tests: strict PKCE, its own sign-in pages, back-channel logout. One argument, JSON:
// { port, address (of the service), people: { login: claims } }. Every password is right.
import * as oidc from "oidc-provider";

const { port, address, people } = JSON.parse(process.argv[2]);

const provider = new oidc.Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: "help-centre",
      client_secret: "a-secret-of-the-tests-that-opens-nothing",
      redirect_uris: [`${address}/widget/signin/back`],
      backchannel_logout_uri: `${address}/widget/signin/ended`,
      backchannel_logout_session_required: true,
      id_token_signed_response_alg: "RS256",
    },
  ],
  findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, ...people[sub] }) }),
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"], groups: ["groups"] },
  scopes: ["openid", "email", "profile", "groups"],
  pkce: { required: () => true },
  features: { devInteractions: { enabled: true }, backchannelLogout: { enabled: true } },
  // Our service is on this machine, which a provider otherwise refuses to call.
  fetch: (url, { dispatcher, ...options }) => globalThis.fetch(url, options),
  cookies: { keys: ["a-key-of-the-tests"] },
  ttl: { Session: 3600, Grant: 3600, Interaction: 600, AccessToken: 60, IdToken: 60 },
});
provider.listen(port, "127.0.0.1", () => console.log("listening"));

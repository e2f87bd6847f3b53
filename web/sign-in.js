// Signing in. If the API requires no tokens, an e-mail address is enough; otherwise an issuer identifies the user.

/**
 * Creates the sign-in that `sign_in` in config.json asks for:
 *
 * - null: any e-mail address, without a token
 * - {"tokens"}: any e-mail address, with a token from the local issuer
 * - {"url", "client_id"}: the authorization code flow with PKCE at a Cognito user pool
 *
 * Each has asksForEmail, email() (null while signed out), signIn(email), resume(), signOut(), and token(renew) for the
 * client.
 */
export function signInBy(settings) {
  if (!settings) return byEmail(async () => null);
  return settings.tokens ? byEmail(localTokens(settings.tokens)) : byPool(settings);
}

function byEmail(token) {
  const email = () => localStorage.getItem('email');
  return {
    asksForEmail: true,
    email,
    signIn: async address => localStorage.setItem('email', address.trim().toLowerCase()),
    signOut: async () => localStorage.removeItem('email'),
    resume: async () => {},
    token: renew => token(email(), renew),
  };
}

function localTokens(issuer) {
  let kept = {};
  return async (email, renew) => {
    if (!email) return null;
    if (renew || kept.email !== email) {
      const response = await fetch(issuer, {method: 'POST', body: JSON.stringify({email})});
      kept = {email, token: (await response.json()).id_token};
    }
    return kept.token;
  };
}

function byPool({url, client_id}) {
  const here = location.origin + location.pathname;
  const kept = () => JSON.parse(sessionStorage.getItem('tokens'));
  let refreshing = null;

  async function exchange(grant) {
    const response = await fetch(`${url}/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({client_id, ...grant}),
    });
    if (!response.ok) throw new Error('The sign-in was rejected.');
    const {id_token, refresh_token = kept()?.refresh, expires_in} = await response.json();
    sessionStorage.setItem(
      'tokens',
      JSON.stringify({id: id_token, refresh: refresh_token, until: Date.now() + expires_in * 1000}),
    );
  }

  // Renews the token a minute before it expires, so that it does not expire in transit.
  async function token(renew = false) {
    const now = kept();
    if (now && (renew || now.until < Date.now() + 60_000)) {
      refreshing ??= exchange({grant_type: 'refresh_token', refresh_token: now.refresh})
        .catch(error => {
          if (!(error instanceof TypeError)) sessionStorage.removeItem('tokens');
        }) // a TypeError means that there was no response, so the token may still be valid
        .finally(() => {
          refreshing = null;
        });
      await refreshing;
    }
    return kept()?.id ?? null;
  }

  return {
    asksForEmail: false,
    token,
    email: () => kept() && claims(kept().id).email,

    async signIn() {
      const verifier = random(),
        state = random();
      sessionStorage.setItem('sign-in', JSON.stringify({verifier, state, back: location.search + location.hash}));
      const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
      const query = {response_type: 'code', client_id, redirect_uri: here, scope: 'openid email', state};
      location.assign(
        `${url}/oauth2/authorize?` +
          new URLSearchParams({...query, code_challenge: base64url(digest), code_challenge_method: 'S256'}),
      );
    },

    /** Completes the sign-in when the pool redirects back. Throws if this tab did not start it. */
    async resume() {
      const query = new URLSearchParams(location.search);
      if (!query.has('state') || (!query.has('code') && !query.has('error'))) return;
      const started = JSON.parse(sessionStorage.getItem('sign-in'));
      sessionStorage.removeItem('sign-in');
      history.replaceState(null, '', location.pathname + (started?.back ?? ''));
      if (query.get('state') !== started?.state) throw new Error('The sign-in was not started here.');
      if (query.has('error')) throw new Error('The sign-in was not completed.');
      await exchange({
        grant_type: 'authorization_code',
        code: query.get('code'),
        redirect_uri: here,
        code_verifier: started.verifier,
      });
    },

    async signOut() {
      const refresh = kept()?.refresh;
      sessionStorage.removeItem('tokens');
      if (refresh)
        await fetch(`${url}/oauth2/revoke`, {
          method: 'POST',
          body: new URLSearchParams({client_id, token: refresh}),
        }).catch(() => {});
      location.assign(`${url}/logout?` + new URLSearchParams({client_id, logout_uri: here}));
    },
  };
}

const base64url = bytes =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

function claims(token) {
  const body = atob(token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/'));
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(body, letter => letter.charCodeAt(0))));
}

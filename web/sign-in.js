// Who is here. Where everything is open, an e-mail address is enough; else an issuer says who it is, with tokens.

/**
 * The way to sign in that config.json names: null for none, {"url","client_id"} for the authorization code flow with PKCE
 * as Cognito speaks it, {"tokens"} for the local run's issuer, which signs for anybody.
 *
 * Each has asksForEmail; email(), null while nobody is signed in; signIn(email); signOut(); token(anew), for the client.
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
    token: anew => token(email(), anew),
  };
}

function localTokens(issuer) {
  let kept = {};
  return async (email, anew) => {
    if (!email) return null;
    if (anew || kept.email !== email) {
      const answer = await fetch(issuer, {method: 'POST', body: JSON.stringify({email})});
      kept = {email, token: (await answer.json()).id_token};
    }
    return kept.token;
  };
}

function byPool({url, client_id}) {
  const here = location.origin + location.pathname;
  const kept = () => JSON.parse(sessionStorage.getItem('tokens'));
  let refreshing = null;

  async function exchange(grant) {
    const answer = await fetch(`${url}/oauth2/token`, {method: 'POST', body: new URLSearchParams({client_id, ...grant})});
    if (!answer.ok) throw new Error('The sign-in was refused.');
    const {id_token, refresh_token = kept()?.refresh, expires_in} = await answer.json();
    sessionStorage.setItem('tokens', JSON.stringify({id: id_token, refresh: refresh_token, until: Date.now() + expires_in * 1000}));
  }

  // A minute early, so that a token does not run out on its way.
  async function token(anew = false) {
    const now = kept();
    if (now && (anew || now.until < Date.now() + 60_000)) {
      refreshing ??= exchange({grant_type: 'refresh_token', refresh_token: now.refresh})
        .catch(error => { if (!(error instanceof TypeError)) sessionStorage.removeItem('tokens'); }) // TypeError: no answer, so nothing is known
        .finally(() => { refreshing = null; });
      await refreshing;
    }
    return kept()?.id ?? null;
  }

  return {
    asksForEmail: false,
    token,
    email: () => kept() && claims(kept().id).email,

    async signIn() {
      const verifier = random(), state = random();
      sessionStorage.setItem('sign-in', JSON.stringify({verifier, state, back: location.search + location.hash}));
      const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
      const asked = {response_type: 'code', client_id, redirect_uri: here, scope: 'openid email', state};
      location.assign(`${url}/oauth2/authorize?` + new URLSearchParams({...asked, code_challenge: base64url(digest), code_challenge_method: 'S256'}));
    },

    /** Ends a sign-in that the pool has sent back here; throws if it is not one that this tab began. */
    async resume() {
      const came = new URLSearchParams(location.search);
      if (!came.has('state') || !came.has('code') && !came.has('error')) return;
      const begun = JSON.parse(sessionStorage.getItem('sign-in'));
      sessionStorage.removeItem('sign-in');
      history.replaceState(null, '', location.pathname + (begun?.back ?? ''));
      if (came.get('state') !== begun?.state) throw new Error('The sign-in was not begun here.');
      if (came.has('error')) throw new Error('The sign-in was not finished.');
      await exchange({grant_type: 'authorization_code', code: came.get('code'), redirect_uri: here, code_verifier: begun.verifier});
    },

    async signOut() {
      const refresh = kept()?.refresh;
      sessionStorage.removeItem('tokens');
      if (refresh) await fetch(`${url}/oauth2/revoke`, {method: 'POST', body: new URLSearchParams({client_id, token: refresh})}).catch(() => {});
      location.assign(`${url}/logout?` + new URLSearchParams({client_id, logout_uri: here}));
    },
  };
}

const base64url = bytes => btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

function claims(token) {
  const body = atob(token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/'));
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(body, letter => letter.charCodeAt(0))));
}

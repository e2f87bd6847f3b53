// A client of the photo-credits API, for web pages and Node. You may copy it; docs/frontend.md explains its rules.

/** An error response of the API, or, with status 0 and the code UNREACHABLE, a missing response. */
export class ApiError extends Error {
  constructor(status, code, detail, more = {}) {
    super(Array.isArray(detail) ? detail.map(problem => `${problem.loc.at(-1)}: ${problem.msg}`).join('; ') : detail);
    Object.assign(this, {status, code, detail, retryAfter: 0, ...more});
  }
}
const MULTIPART_LIMIT = 4_000_000; // near the limit of Lambda; larger photos are uploaded to the storage directly

/** Waits for a number of seconds, or until the device is online again or the page is visible again. */
const pause = (seconds, signal) =>
  new Promise((resolve, reject) => {
    const ended = new AbortController(),
      once = {signal: ended.signal};
    const end = () => {
      clearTimeout(timer);
      ended.abort();
      signal?.aborted ? reject(signal.reason) : resolve();
    };
    const timer = setTimeout(end, seconds * 1000);
    signal?.addEventListener('abort', end, once);
    for (const [target, event] of [
      [globalThis, 'online'],
      [globalThis.document, 'visibilitychange'],
    ])
      target?.addEventListener?.(event, end, once);
  });

/**
 * `token(renew)` returns the ID token, or null if the API requires none. `renew` is true if the API rejected the last
 * token.
 */
export function photoCredits({api = '', token = async () => null} = {}) {
  const path = (...parts) => '/api/' + parts.map(encodeURIComponent).join('/');
  const page = (limit, cursor) => `?limit=${limit}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`;
  const json = value => ({headers: {'content-type': 'application/json'}, body: JSON.stringify(value)});
  const keyed = (key, {headers, body}) => ({headers: {...headers, 'idempotency-key': key}, body});

  async function send(method, url, {headers, body, signal} = {}, renew = false) {
    const bearer = await token(renew);
    const sent = {...headers, ...(bearer && {authorization: `Bearer ${bearer}`})};
    const response = await fetch(api + url, {method, headers: sent, body, signal}).catch(error => {
      throw signal?.aborted ? error : new ApiError(0, 'UNREACHABLE', 'The server did not respond.');
    });
    if (response.status === 401 && bearer && !renew) return send(method, url, {headers, body, signal}, true);
    const generation = response.headers.get('x-generation-id');
    const content = await response.json().catch(() => null);
    if (response.ok) return generation ? {...content, generation} : content;
    // API Gateway's own errors have no error_code.
    const code = content?.error_code ?? (response.status === 401 ? 'UNAUTHENTICATED' : 'UNKNOWN');
    throw new ApiError(response.status, code, content?.detail ?? content?.message ?? '', {
      retryAfter: Number(response.headers.get('retry-after')),
      generation,
    });
  }

  // Repeats a request that is safe to repeat: GET, DELETE, and POST with the same Idempotency-Key. It retries when the
  // outcome is unknown and when API Gateway throttles. Any other error is thrown, for the user to decide what to do.
  async function sendWithRetries(method, url, options = {}) {
    for (let tries = 1; ; tries++) {
      try {
        return await send(method, url, options);
      } catch (error) {
        const unspecific = ['UNKNOWN', 'INTERNAL_ERROR', 'TEMPORARILY_UNAVAILABLE'].includes(error.code);
        const retryable = error.status === 0 || ((error.status === 429 || error.status >= 500) && unspecific);
        if (!retryable || tries > 4) throw error;
        if (globalThis.navigator?.onLine === false) tries = 0; // no limit while the device is offline
        await pause(error.retryAfter || 2 ** tries / 2, options.signal);
      }
    }
  }

  const client = {
    // openapi.yaml describes the responses.
    packages: () => sendWithRetries('GET', '/api/packages'),
    prices: () => sendWithRetries('GET', '/api/prices'),
    balance: email => sendWithRetries('GET', path('credits', email)),
    statement: (email, cursor) => sendWithRetries('GET', path('credits', email, 'transactions') + page(50, cursor)),
    gallery: (email, cursor) => sendWithRetries('GET', path('generations', email) + page(12, cursor)),
    generation: (email, id, signal) => sendWithRetries('GET', path('generations', email, id), {signal}),
    remove: (email, id) => sendWithRetries('DELETE', path('generations', email, id)),
    feedback: (message, email) => send('POST', '/api/feedback', json({message, email})),
    payment: session => sendWithRetries('GET', path('checkout', session)),
    checkout: (email, pack, key = crypto.randomUUID()) =>
      sendWithRetries('POST', '/api/checkout', keyed(key, json({email, package: pack}))),

    /** Uploads a photo and returns its upload_id. */
    async upload(email, photo, signal) {
      const target = await sendWithRetries('POST', '/api/uploads', {
        ...json({user_email: email, content_type: photo.type, size: photo.size}),
        signal,
      });
      const put = await fetch(target.url, {method: target.method, headers: target.headers, body: photo, signal}).catch(
        () => ({status: 0}),
      );
      if (!put.ok)
        throw new ApiError(
          put.status,
          put.status ? 'UPLOAD_REFUSED' : 'UNREACHABLE',
          'The photo could not be uploaded.',
        );
      return target.upload_id;
    },
    /**
     * Generates pictures. Repeating the same key returns the same pictures, and is charged once. Calls `onUpdate` with
     * the generation after each poll.
     */
    async generate({email, photo, prompt, mode, key}, onUpdate, signal) {
      const fields = {prompt, user_email: email, transformation_mode: mode},
        form = new FormData();
      for (const [name, value] of Object.entries({...fields, image: photo})) form.set(name, value);
      const content =
        photo.size > MULTIPART_LIMIT
          ? json({...fields, upload_id: await client.upload(email, photo, signal)})
          : {body: form};
      const {headers, body} = keyed(key, content);
      const started = await sendWithRetries('POST', '/api/generate', {
        headers: {...headers, prefer: 'respond-async'},
        body,
        signal,
      }).catch(error => {
        if (error.code !== 'GENERATION_IN_PROGRESS' || !error.generation) throw error;
        return error; // a generation with this key is running already
      });
      return client.follow(email, started.generation, onUpdate, signal);
    },
    /** Polls a generation until it ends, without a time limit. Throws an ApiError if it failed. */
    async follow(email, id, onUpdate = () => {}, signal) {
      for (let wait = 1; ; wait = Math.min(wait * 1.25, 3)) {
        const now = await client.generation(email, id, signal);
        onUpdate(now);
        if (now.status === 'succeeded') return now;
        if (now.status === 'failed')
          throw new ApiError(0, now.error_code ?? 'IMAGE_GENERATION_FAILED', 'No picture was created.', {
            generation: id,
          });
        await pause(wait, signal);
      }
    },
  };
  return client;
}

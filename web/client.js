// A client of the photo-credits API, for pages and for Node. Copy it; docs/frontend.md says why it is so.

/** What the API refused; or, with status 0 and the code UNREACHABLE, that it gave no answer. */
export class ApiError extends Error {
  constructor(status, code, detail, more = {}) {
    super(Array.isArray(detail) ? detail.map(problem => `${problem.loc.at(-1)}: ${problem.msg}`).join('; ') : detail);
    Object.assign(this, {status, code, detail, retryAfter: 0, ...more});
  }
}
const MULTIPART_LIMIT = 4_000_000; // about what Lambda carries; a larger photo goes to the store directly

/** Waits that many seconds, or until the device is back on the network or the page in front. */
const pause = (seconds, signal) => new Promise((resolve, reject) => {
  const ended = new AbortController(), once = {signal: ended.signal};
  const end = () => { clearTimeout(timer); ended.abort(); signal?.aborted ? reject(signal.reason) : resolve(); };
  const timer = setTimeout(end, seconds * 1000);
  signal?.addEventListener('abort', end, once);
  for (const [target, event] of [[globalThis, 'online'], [globalThis.document, 'visibilitychange']]) target?.addEventListener?.(event, end, once);
});

/** `token(anew)` gives the ID token, or null where none is asked for; anew if the API refused the last one. */
export function photoCredits({api = '', token = async () => null} = {}) {
  const path = (...parts) => '/api/' + parts.map(encodeURIComponent).join('/');
  const page = (limit, cursor) => `?limit=${limit}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`;
  const json = value => ({headers: {'content-type': 'application/json'}, body: JSON.stringify(value)});
  const keyed = (key, {headers, body}) => ({headers: {...headers, 'idempotency-key': key}, body});

  async function ask(method, url, {headers, body, signal} = {}, anew = false) {
    const bearer = await token(anew);
    const sent = {...headers, ...bearer && {authorization: `Bearer ${bearer}`}};
    const answer = await fetch(api + url, {method, headers: sent, body, signal}).catch(error => {
      throw signal?.aborted ? error : new ApiError(0, 'UNREACHABLE', 'The server does not answer.');
    });
    if (answer.status === 401 && bearer && !anew) return ask(method, url, {headers, body, signal}, true);
    const generation = answer.headers.get('x-generation-id');
    const content = await answer.json().catch(() => null);
    if (answer.ok) return generation ? {...content, generation} : content;
    const code = content?.error_code ?? (answer.status === 401 ? 'UNAUTHENTICATED' : 'UNKNOWN'); // API Gateway's own have none
    throw new ApiError(answer.status, code, content?.detail ?? content?.message ?? '', {retryAfter: Number(answer.headers.get('retry-after')), generation});
  }

  // For what may be repeated: GET, DELETE, and POST under the same Idempotency-Key. Whatever leaves the outcome open is
  // asked again, and so is what came too fast for API Gateway. Every other answer is for a person to decide about.
  async function surely(method, url, options = {}) {
    for (let tries = 1; ; tries++) {
      try {
        return await ask(method, url, options);
      } catch (error) {
        const unknown = ['UNKNOWN', 'INTERNAL_ERROR', 'TEMPORARILY_UNAVAILABLE'].includes(error.code);
        const open = error.status === 0 || (error.status === 429 || error.status >= 500) && unknown;
        if (!open || tries > 4) throw error;
        if (globalThis.navigator?.onLine === false) tries = 0; // as long as that takes
        await pause(error.retryAfter || 2 ** tries / 2, options.signal);
      }
    }
  }

  const client = { // what each answers stands in the API's description
    packages: () => surely('GET', '/api/packages'),
    balance: email => surely('GET', path('credits', email)),
    statement: (email, cursor) => surely('GET', path('credits', email, 'transactions') + page(50, cursor)),
    gallery: (email, cursor) => surely('GET', path('generations', email) + page(12, cursor)),
    generation: (email, id, signal) => surely('GET', path('generations', email, id), {signal}),
    remove: (email, id) => surely('DELETE', path('generations', email, id)),
    feedback: (message, email) => ask('POST', '/api/feedback', json({message, email})),
    payment: session => surely('GET', path('checkout', session)),
    checkout: (email, pack, key = crypto.randomUUID()) => surely('POST', '/api/checkout', keyed(key, json({email, package: pack}))),

    /** Puts a photo into the store, and gives the id by which a generation names it. */
    async upload(email, photo, signal) {
      const place = await surely('POST', '/api/uploads', {...json({user_email: email, content_type: photo.type, size: photo.size}), signal});
      const put = await fetch(place.url, {method: place.method, headers: place.headers, body: photo, signal}).catch(() => ({status: 0}));
      if (!put.ok) throw new ApiError(put.status, put.status ? 'UPLOAD_REFUSED' : 'UNREACHABLE', 'The photo did not arrive.');
      return place.upload_id;
    },
    /** Draws. The same key asks for the same pictures, and pays once. `told` hears of each step. */
    async generate({email, photo, prompt, mode, key}, told, signal) {
      const order = {prompt, user_email: email, transformation_mode: mode}, form = new FormData();
      for (const [name, value] of Object.entries({...order, image: photo})) form.set(name, value);
      const asked = photo.size > MULTIPART_LIMIT ? json({...order, upload_id: await client.upload(email, photo, signal)}) : {body: form};
      const {headers, body} = keyed(key, asked);
      const begun = await surely('POST', '/api/generate', {headers: {...headers, prefer: 'respond-async'}, body, signal}).catch(error => {
        if (error.code !== 'GENERATION_IN_PROGRESS' || !error.generation) throw error;
        return error; // the same key is at work already
      });
      return client.follow(email, begun.generation, told, signal);
    },
    /** Waits for a generation that was begun, however long that takes; throws the reason if it failed. */
    async follow(email, id, told = () => {}, signal) {
      for (let wait = 1; ; wait = Math.min(wait * 1.25, 3)) {
        const now = await client.generation(email, id, signal);
        told(now);
        if (now.status === 'succeeded') return now;
        if (now.status === 'failed') throw new ApiError(0, now.error_code ?? 'IMAGE_GENERATION_FAILED', 'Nothing was drawn.', {generation: id});
        await pause(wait, signal);
      }
    },
  };
  return client;
}

// The Create view: a photo and a prompt, and three pictures that appear one by one.
import {$, attempt, announce, button, complain, h} from './ui.js';
import {bytes, counted} from './words.js';
import {ApiError} from './client.js';
import {download, remove, tiles} from './pictures.js';

const MAX_BYTES = 20_000_000;
const MAX_PIXELS = 40_000_000;
const LIGHTS = ['Daylight', 'Studio', 'Outdoors'];
const EXAMPLES = {
  'full-transformation': ['film noir', 'a 1920s film star', 'a polar explorer', 'a jazz club in 1958', 'candlelight'],
  'item-only': ['a tweed suit', 'a yellow raincoat', 'a space suit', 'a silk kimono', 'a flying jacket'],
};

/** Detects the type of a file from its first bytes, not its name. Returns null if the API does not accept it. */
async function typeOf(file) {
  const start = String.fromCharCode(...new Uint8Array(await file.slice(0, 12).arrayBuffer()));
  if (start.startsWith('\x89PNG\r\n')) return 'image/png';
  if (start.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (start.startsWith('RIFF') && start.endsWith('WEBP')) return 'image/webp';
  return /^.{4}ftyp(hei|hev|mif1|msf1)/s.test(start) ? 'image/heic' : null;
}

/**
 * Keeps a photo across a reload and the visit to the payment page: the chosen photo, or that of a request whose result
 * is not known yet. If the browser has no storage, as in some private windows, it is not kept.
 */
const storedPhoto = name => ({
  put: file =>
    withCache(async cache =>
      cache.put(
        name,
        new Response(file, {headers: {'content-type': file.type, 'x-name': encodeURIComponent(file.name)}}),
      ),
    ),
  get: () =>
    withCache(async cache => {
      const found = await cache.match(name);
      return (
        found &&
        new File([await found.blob()], decodeURIComponent(found.headers.get('x-name')), {
          type: found.headers.get('content-type'),
        })
      );
    }),
  clear: () => withCache(cache => cache.delete(name)),
});
const withCache = async work => {
  try {
    return await work(await caches.open('photos'));
  } catch {
    return null;
  }
};
const chosenPhoto = storedPhoto('/chosen'),
  requestPhoto = storedPhoto('/request');

export function studio(shop) {
  let photo = null;
  let last = null; // {key, email, prompt, mode, photo, id?}: the request that the tiles show
  let stop = null; // aborts waiting for the pictures, not generating them
  let set = null; // the pictures that the tiles show

  // The photo

  async function take(file) {
    if (!file) return;
    await attempt($('photo-problem'), async () => {
      const type = await typeOf(file);
      if (!type) throw new ApiError(0, 'UNSUPPORTED_IMAGE', file.name);
      if (file.size > MAX_BYTES)
        throw Object.assign(new ApiError(0, 'IMAGE_TOO_LARGE', file.name), {limit: bytes(MAX_BYTES)});
      const named = new File([file], file.name || 'photo', {type});
      await preview(named);
      photo = named;
      chosenPhoto.put(photo);
      announce(`Photo chosen: ${photo.name}.`);
    });
  }

  async function preview(file) {
    const url = URL.createObjectURL(file),
      image = $('preview-image');
    URL.revokeObjectURL(image.src);
    image.src = url;
    const shown = await image.decode().then(
      () => true,
      () => false,
    );
    // Most browsers cannot show HEIC, but the model accepts it.
    if (!shown && file.type !== 'image/heic') throw new ApiError(0, 'UNSUPPORTED_IMAGE', file.name);
    if (image.naturalWidth * image.naturalHeight > MAX_PIXELS) throw new ApiError(0, 'IMAGE_TOO_LARGE', file.name);
    image.alt = shown ? 'The photo that you chose' : 'No preview for this format';
    $('preview-name').textContent = `${file.name}, ${bytes(file.size)}`;
    $('no-photo').hidden = true;
    $('preview').hidden = false;
    $('drop').classList.add('full');
  }

  function forgetPhoto() {
    photo = null;
    $('photo').value = $('camera').value = '';
    $('preview').hidden = true;
    $('no-photo').hidden = false;
    $('drop').classList.remove('full');
    chosenPhoto.clear();
  }

  const dropped = event => [...(event.dataTransfer?.files ?? event.clipboardData?.files ?? [])][0];
  $('photo').onchange = $('camera').onchange = event => take(event.target.files[0]);
  $('other-photo').onclick = () => {
    forgetPhoto();
    $('photo').focus();
  };
  addEventListener('paste', event => {
    if (!$('create').hidden) take(dropped(event));
  });
  addEventListener('dragover', event => {
    event.preventDefault();
    $('drop').classList.add('over');
  });
  addEventListener('dragleave', event => {
    if (!event.relatedTarget) $('drop').classList.remove('over');
  });
  addEventListener('drop', event => {
    event.preventDefault();
    $('drop').classList.remove('over');
    take(dropped(event));
  });

  // The prompt

  const mode = () => new FormData($('request')).get('mode');

  function showExamples() {
    $('examples').replaceChildren(
      ...EXAMPLES[mode()].map(style =>
        button(style[0].toUpperCase() + style.slice(1), () => {
          $('prompt').value = mode() === 'item-only' ? `Only change to ${style}` : `In the style of ${style}`;
          $('prompt').dispatchEvent(new Event('input', {bubbles: true}));
          $('prompt').focus();
        }),
      ),
    );
  }

  function write(prompt, chosen) {
    $('prompt').value = prompt;
    $('request').elements.mode.value = chosen;
    showExamples();
  }

  $('request').addEventListener('change', event => {
    if (event.target.name === 'mode') showExamples();
  });
  $('request').addEventListener('input', () => {
    $('prompt-problem').textContent = '';
    sessionStorage.setItem('words', JSON.stringify([$('prompt').value, mode()]));
  });

  // The request

  function showPrice() {
    const {balance, price} = shop;
    const short = shop.email() && price !== null && balance !== null && balance < price;
    const cost = price === null ? '' : `${counted(price, 'credit')}. `;
    $('price').replaceChildren(
      short
        ? h('a', {href: '#credits', textContent: `You have ${counted(balance, 'credit')}. Buy a pack to continue.`})
        : `${cost}You are refunded for pictures that fail.`,
    );
  }

  function complete() {
    if (!shop.email()) return shop.askToSignIn();
    if (!photo) return (complain($('photo-problem'), {code: 'NO_PHOTO'}), $('photo').focus());
    if (!$('prompt').value.trim()) {
      $('prompt-problem').textContent = 'Describe what it should become.';
      return $('prompt').focus();
    }
    return true;
  }

  $('request').onsubmit = event => {
    event.preventDefault();
    if (complete() !== true) return;
    const fields = {email: shop.email(), photo, prompt: $('prompt').value.trim(), mode: mode()};
    begin({...fields, key: crypto.randomUUID()});
  };

  const remember = ({photo, stopping, ...request}) => localStorage.setItem('request', JSON.stringify(request));

  function forget() {
    localStorage.removeItem('request');
    requestPhoto.clear();
  }

  /** Requests the pictures, or continues to wait for them, until the generation ends. */
  async function begin(request) {
    last = request;
    stop?.abort();
    stop = new AbortController();
    remember(request);
    if (request.photo) requestPhoto.put(request.photo);
    showPending(request);
    const done = await attempt(
      $('generate-problem'),
      () => result(request, stop.signal),
      error => helpFor(error, request),
    );
    if (last !== request) return;
    busy(false);
    if (done) finished(request, done);
    else if (!$('generate-problem').hidden) failed(request);
    shop.showBalance().catch(() => {});
  }

  async function result(request, signal) {
    const onUpdate = generation => {
      if (!request.id) shop.showBalance().catch(() => {}); // the price has been charged by now
      request.id = generation.id;
      if (last === request) {
        remember(request);
        progress(generation);
      }
    };
    for (;;) {
      try {
        return request.id
          ? await shop.client.follow(request.email, request.id, onUpdate, signal)
          : await shop.client.generate(request, onUpdate, signal);
      } catch (error) {
        if (request.stopping && error.code === 'GENERATION_NOT_FOUND') throw new DOMException('', 'AbortError');
        // The worker continues while the device is offline.
        if (!request.id || error.code !== 'UNREACHABLE') throw error;
      }
    }
  }

  function helpFor(error, request) {
    if (error.code === 'INSUFFICIENT_CREDITS')
      return [
        [
          'Buy credits',
          () => {
            location.hash = '#credits';
          },
        ],
      ];
    if (error.code === 'UNAUTHENTICATED') return [['Sign in', shop.askToSignIn]];
    if (['SAFETY_BLOCKED', 'VALIDATION_ERROR'].includes(error.code))
      return [['Change the prompt', () => $('prompt').focus()]];
    if (['IMAGE_TOO_LARGE', 'UNSUPPORTED_IMAGE'].includes(error.code))
      return [
        [
          'Choose another photo',
          () => {
            forgetPhoto();
            $('photo').focus();
          },
        ],
      ];
    if (error.code === 'GENERATION_DISABLED') return [];
    // Without a response, the same key finds the generation if there is one. After a response, it is a new request.
    const key = error.code === 'UNREACHABLE' ? request.key : crypto.randomUUID();
    const {id, ...same} = request;
    return request.photo ? [['Try again', () => begin({...same, key})]] : [];
  }

  // The tiles

  let clock = null;

  function busy(is) {
    $('go').disabled = is;
    $('go').textContent = is ? 'Creating …' : 'Create three pictures';
    clearInterval(clock);
    $('clock').textContent = '';
    if (!is) return;
    const since = Date.now();
    clock = setInterval(() => {
      $('clock').textContent = `${Math.round((Date.now() - since) / 1000)} s`;
    }, 1000);
  }

  // Leaves tiles that stay in their place untouched: replacing them would repeat the animation of their picture.
  function lay(tiles) {
    while ($('spread').children.length < tiles.length) $('spread').append(h('li'));
    tiles.forEach((one, index) => {
      const place = $('spread').children[index];
      const same =
        one === place.firstChild || (one.className === 'tile pending' && place.firstChild?.className === one.className);
      if (!same) place.replaceChildren(one);
    });
  }

  const blank = (words, className = '') => h('div', {className: `tile ${className}`}, h('span', {textContent: words}));

  function showPending(request) {
    busy(true);
    lay(LIGHTS.map(() => blank('', 'pending')));
    $('progress').textContent = request.id
      ? 'Your pictures are being created.'
      : 'Your pictures are being created. This usually takes ten seconds, but can take minutes on busy days.';
    $('result-actions').replaceChildren();
    $('result-title').textContent = 'Three pictures';
    $('result-title').focus({preventScroll: true});
    $('result-title').parentElement.scrollIntoView({block: 'nearest'});
  }

  function progress(generation) {
    const done = generation.images.length;
    fill(
      generation,
      Array.from({length: LIGHTS.length - done}, () => blank('', 'pending')),
    );
    if (done) $('progress').textContent = `Creating. ${done} of ${generation.progress?.wanted ?? LIGHTS.length} ready.`;
    if (generation.status === 'pending' && !$('result-actions').children.length) {
      $('result-actions').replaceChildren(button('Stop', () => cancel(generation)));
    }
  }

  function fill({id, images, prompt}, rest) {
    set = Object.assign(set?.id === id ? set : {id}, {
      images,
      prompt,
      renew: async () => (await shop.client.generation(shop.email(), id)).images,
    });
    lay([...tiles(set, [...document.querySelectorAll('#spread .tile')]), ...rest]);
  }

  async function cancel(generation) {
    const request = last;
    request.stopping = true; // result() then expects the generation to be gone
    const stopped = await remove(shop, generation);
    request.stopping = false;
    if (!stopped || last !== request) return;
    stop.abort();
    last = null;
    forget();
    busy(false);
    start('Stopped. You are refunded for the pictures that were not finished, in whole credits.');
    $('go').focus();
  }

  function finished(request, {id, images, prompt, price, refunded}) {
    forget();
    const missing = LIGHTS.length - images.length;
    fill(
      {id, images, prompt},
      Array.from({length: missing}, () => blank('Could not be created', 'missing')),
    );
    $('progress').textContent = missing
      ? `${counted(images.length, 'picture')} for ${counted(price - refunded, 'credit')}. ` +
        `${counted(missing, 'picture')} could not be created. Refunded: ${counted(refunded, 'credit')}.`
      : `Your three pictures are ready. They cost ${counted(price - refunded, 'credit')}.`;
    $('result-actions').replaceChildren(
      button(images.length > 1 ? 'Download all' : 'Download', () => images.forEach(download)),
      button('Delete', async () => {
        if ((await remove(shop, {id, status: 'succeeded'})) && last === request) {
          start('Deleted.');
          $('go').focus();
        }
      }),
    );
    $('result-title').textContent = prompt;
  }

  function failed(request) {
    if ($('generate-problem').dataset.code !== 'UNREACHABLE') forget();
    start('');
    $('generate-problem').scrollIntoView({block: 'nearest'});
    if ($('result-title').textContent !== request.prompt) $('result-title').textContent = 'Three pictures';
  }

  function start(words) {
    lay(LIGHTS.map(light => blank(light, 'blank')));
    $('progress').textContent = words;
    $('result-actions').replaceChildren();
    $('result-title').textContent = 'Three pictures';
  }

  /** Restores the prompt, the photo, and a request whose result the page has not shown yet. */
  async function resume() {
    const words = JSON.parse(sessionStorage.getItem('words') ?? 'null');
    if (words && !$('prompt').value) write(...words);
    const before = photo ?? (await chosenPhoto.get());
    if (before && !photo)
      await preview(before).then(() => {
        photo = before;
      }, forgetPhoto);
    const request = JSON.parse(localStorage.getItem('request') ?? 'null');
    if (!request || request.email !== shop.email() || last?.key === request.key) return;
    if (!words) write(request.prompt, request.mode);
    // Without an id, the request may not have reached the API. The same key repeats it, or sends it for the first time.
    request.photo = await requestPhoto.get();
    if (request.id || request.photo) begin(request);
    else {
      forget();
      $('progress').textContent =
        'Your last request may not have reached us. ' +
        'If it did, you will find its pictures under Pictures; if not, nothing was charged.';
    }
  }

  function leave() {
    stop?.abort();
    last = null;
    busy(false);
    forget();
    sessionStorage.removeItem('words');
    write('', 'full-transformation');
    forgetPhoto();
    $('generate-problem').hidden = true;
    start('');
  }

  start('Choose a photo and describe what it should become. Your three pictures appear here, one by one.');
  showExamples();
  return {showPrice, resume, leave, write};
}

// Create: a photo, some words, and three pictures that appear one by one.
import {$, attempt, announce, button, complain, h} from './ui.js';
import {bytes, counted} from './words.js';
import {ApiError} from './client.js';
import {download, remove, tiles} from './pictures.js';

const LARGEST = 20_000_000;
const MOST_PIXELS = 40_000_000;
const LIGHTS = ['Daylight', 'Studio', 'Outdoors'];
const EXAMPLES = {
  'full-transformation': ['film noir', 'a 1920s film star', 'a polar explorer', 'a jazz club in 1958', 'candlelight'],
  'item-only': ['a tweed suit', 'a yellow raincoat', 'a space suit', 'a silk kimono', 'a flying jacket'],
};

/** The type that a file's first bytes tell, whatever its name says; null for none that we take. */
async function typeOf(file) {
  const start = String.fromCharCode(...new Uint8Array(await file.slice(0, 12).arrayBuffer()));
  if (start.startsWith('\x89PNG\r\n')) return 'image/png';
  if (start.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (start.startsWith('RIFF') && start.endsWith('WEBP')) return 'image/webp';
  return /^.{4}ftyp(hei|hev|mif1|msf1)/s.test(start) ? 'image/heic' : null;
}

/**
 * A photo that outlives a reload, and the way to the page where credits are paid: the one on the desk, and the one of an
 * order that is not answered yet. Where the browser keeps nothing, as in some private windows, neither do we.
 */
const kept = name => ({
  put: file => quietly(async cache =>
    cache.put(name, new Response(file, {headers: {'content-type': file.type, 'x-name': encodeURIComponent(file.name)}}))),
  get: () => quietly(async cache => {
    const found = await cache.match(name);
    return found && new File([await found.blob()], decodeURIComponent(found.headers.get('x-name')), {type: found.headers.get('content-type')});
  }),
  clear: () => quietly(cache => cache.delete(name)),
});
const quietly = async work => {
  try { return await work(await caches.open('photos')); } catch { return null; }
};
const onDesk = kept('/desk'), ordered = kept('/order');

export function studio(shop) {
  let photo = null;
  let last = null; // {key, email, prompt, mode, photo, id?}: the order that the tiles show
  let stop = null; // ends the waiting, not the drawing
  let set = null; // the pictures that the tiles show

  // The photo

  async function take(file) {
    if (!file) return;
    await attempt($('photo-problem'), async () => {
      const type = await typeOf(file);
      if (!type) throw new ApiError(0, 'UNSUPPORTED_IMAGE', file.name);
      if (file.size > LARGEST) throw Object.assign(new ApiError(0, 'IMAGE_TOO_LARGE', file.name), {limit: bytes(LARGEST)});
      const named = new File([file], file.name || 'photo', {type});
      await preview(named);
      photo = named;
      onDesk.put(photo);
      announce(`Photo chosen: ${photo.name}.`);
    });
  }

  async function preview(file) {
    const url = URL.createObjectURL(file), image = $('preview-image');
    URL.revokeObjectURL(image.src);
    image.src = url;
    const shown = await image.decode().then(() => true, () => false);
    // Most browsers do not show HEIC; the model takes it all the same.
    if (!shown && file.type !== 'image/heic') throw new ApiError(0, 'UNSUPPORTED_IMAGE', file.name);
    if (image.naturalWidth * image.naturalHeight > MOST_PIXELS) throw new ApiError(0, 'IMAGE_TOO_LARGE', file.name);
    image.alt = shown ? 'The photo that you have chosen' : 'No preview of this format';
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
    onDesk.clear();
  }

  const dropped = event => [...event.dataTransfer?.files ?? event.clipboardData?.files ?? []][0];
  $('photo').onchange = $('camera').onchange = event => take(event.target.files[0]);
  $('other-photo').onclick = () => { forgetPhoto(); $('photo').focus(); };
  addEventListener('paste', event => { if (!$('create').hidden) take(dropped(event)); });
  addEventListener('dragover', event => { event.preventDefault(); $('drop').classList.add('over'); });
  addEventListener('dragleave', event => { if (!event.relatedTarget) $('drop').classList.remove('over'); });
  addEventListener('drop', event => { event.preventDefault(); $('drop').classList.remove('over'); take(dropped(event)); });

  // The words

  const mode = () => new FormData($('order')).get('mode');

  function showExamples() {
    $('examples').replaceChildren(...EXAMPLES[mode()].map(style => button(style[0].toUpperCase() + style.slice(1), () => {
      $('prompt').value = mode() === 'item-only' ? `Only change to ${style}` : `In the style of ${style}`;
      $('prompt').dispatchEvent(new Event('input', {bubbles: true}));
      $('prompt').focus();
    })));
  }

  function write(prompt, chosen) {
    $('prompt').value = prompt;
    $('order').elements.mode.value = chosen;
    showExamples();
  }

  $('order').addEventListener('change', event => { if (event.target.name === 'mode') showExamples(); });
  $('order').addEventListener('input', () => {
    $('prompt-problem').textContent = '';
    sessionStorage.setItem('words', JSON.stringify([$('prompt').value, mode()]));
  });

  // The order

  function showPrice() {
    const {balance, price} = shop;
    const short = shop.email() && balance !== null && balance < price;
    $('price').replaceChildren(short
      ? h('a', {href: '#credits', textContent: `You have ${counted(balance, 'credit')}. Buy a pack to go on.`})
      : `${counted(price, 'credit')}. What cannot be drawn is given back.`);
  }

  function complete() {
    if (!shop.email()) return shop.askWho();
    if (!photo) return (complain($('photo-problem'), {code: 'NO_PHOTO'}), $('photo').focus());
    if (!$('prompt').value.trim()) {
      $('prompt-problem').textContent = 'Say what it should become.';
      return $('prompt').focus();
    }
    return true;
  }

  $('order').onsubmit = event => {
    event.preventDefault();
    if (complete() !== true) return;
    const wanted = {email: shop.email(), photo, prompt: $('prompt').value.trim(), mode: mode()};
    begin({...wanted, key: crypto.randomUUID()});
  };

  const remember = ({photo, stopping, ...order}) => localStorage.setItem('order', JSON.stringify(order));

  function forget() {
    localStorage.removeItem('order');
    ordered.clear();
  }

  /** Asks for the pictures, or goes on waiting for them, until it is known how that ends. */
  async function begin(order) {
    last = order;
    stop?.abort();
    stop = new AbortController();
    remember(order);
    if (order.photo) ordered.put(order.photo);
    drawing(order);
    const done = await attempt($('draw-problem'), () => until(order, stop.signal), error => helpFor(error, order));
    if (last !== order) return;
    busy(false);
    if (done) finished(order, done);
    else if (!$('draw-problem').hidden) failed(order);
    shop.showBalance().catch(() => {});
  }

  async function until(order, signal) {
    const told = generation => {
      if (!order.id) shop.showBalance().catch(() => {}); // the price is taken by now
      order.id = generation.id;
      if (last === order) { remember(order); progress(generation); }
    };
    for (;;) {
      try {
        return order.id
          ? await shop.client.follow(order.email, order.id, told, signal)
          : await shop.client.generate(order, told, signal);
      } catch (error) {
        if (order.stopping && error.code === 'GENERATION_NOT_FOUND') throw new DOMException('', 'AbortError');
        // It goes on being drawn while we are away.
        if (!order.id || error.code !== 'UNREACHABLE') throw error;
      }
    }
  }

  function helpFor(error, order) {
    if (error.code === 'INSUFFICIENT_CREDITS') return [['Buy credits', () => { location.hash = '#credits'; }]];
    if (error.code === 'UNAUTHENTICATED') return [['Sign in', shop.askWho]];
    if (['SAFETY_BLOCKED', 'VALIDATION_ERROR'].includes(error.code)) return [['Change the words', () => $('prompt').focus()]];
    if (['IMAGE_TOO_LARGE', 'UNSUPPORTED_IMAGE'].includes(error.code)) return [['Choose another photo', () => { forgetPhoto(); $('photo').focus(); }]];
    if (error.code === 'GENERATION_DISABLED') return [];
    // Without an answer the same key finds out; after an answer it is a new order.
    const key = error.code === 'UNREACHABLE' ? order.key : crypto.randomUUID();
    const {id, ...same} = order;
    return order.photo ? [['Try again', () => begin({...same, key})]] : [];
  }

  // The tiles

  let clock = null;

  function busy(is) {
    $('go').disabled = is;
    $('go').textContent = is ? 'Drawing …' : 'Create three pictures';
    clearInterval(clock);
    $('clock').textContent = '';
    if (!is) return;
    const since = Date.now();
    clock = setInterval(() => { $('clock').textContent = `${Math.round((Date.now() - since) / 1000)} s`; }, 1000);
  }

  // What stays in its place is not touched: its picture would be developed once more.
  function lay(tiles) {
    while ($('spread').children.length < tiles.length) $('spread').append(h('li'));
    tiles.forEach((one, index) => {
      const place = $('spread').children[index];
      const same = one === place.firstChild || one.className === 'tile drawing' && place.firstChild?.className === one.className;
      if (!same) place.replaceChildren(one);
    });
  }

  const blank = (words, className = '') => h('div', {className: `tile ${className}`}, h('span', {textContent: words}));

  function drawing(order) {
    busy(true);
    lay(LIGHTS.map(() => blank('', 'drawing')));
    $('progress').textContent = order.id ? 'Your pictures are being drawn.' : 'Your pictures are being drawn. Ten seconds are usual; on busy days it takes minutes.';
    $('result-actions').replaceChildren();
    $('result-title').textContent = 'Three pictures';
    $('result-title').focus({preventScroll: true});
    $('result-title').parentElement.scrollIntoView({block: 'nearest'});
  }

  function progress(generation) {
    const done = generation.images.length;
    fill(generation, Array.from({length: LIGHTS.length - done}, () => blank('', 'drawing')));
    if (done) $('progress').textContent = `Drawing. ${done} of ${generation.progress?.wanted ?? LIGHTS.length} ready.`;
    if (generation.status === 'pending' && !$('result-actions').children.length) {
      $('result-actions').replaceChildren(button('Stop', () => cancel(generation)));
    }
  }

  function fill({id, images, prompt}, rest) {
    set = Object.assign(set?.id === id ? set : {id}, {images, prompt, renew: async () => (await shop.client.generation(shop.email(), id)).images});
    lay([...tiles(set, [...document.querySelectorAll('#spread .tile')]), ...rest]);
  }

  async function cancel(generation) {
    const order = last;
    order.stopping = true; // so that its end is no surprise
    const stopped = await remove(shop, generation);
    order.stopping = false;
    if (!stopped || last !== order) return;
    stop.abort();
    last = null;
    forget();
    busy(false);
    start('Stopped. You are refunded for pictures that had not arrived, in whole credits.');
    $('go').focus();
  }

  function finished(order, {id, images, prompt, price, refunded}) {
    forget();
    const missing = LIGHTS.length - images.length;
    fill({id, images, prompt}, Array.from({length: missing}, () => blank('Could not be drawn', 'missing')));
    $('progress').textContent = missing
      ? `${counted(images.length, 'picture')} for ${counted(price - refunded, 'credit')}. ${counted(missing, 'picture')} could not be drawn, and ${counted(refunded, 'credit')} came back.`
      : `Your three pictures are ready. They cost ${counted(price - refunded, 'credit')}.`;
    $('result-actions').replaceChildren(
      button(images.length > 1 ? 'Download all' : 'Download', () => images.forEach(download)),
      button('Delete', async () => { if (await remove(shop, {id, status: 'succeeded'}) && last === order) { start('Deleted.'); $('go').focus(); } }));
    $('result-title').textContent = prompt;
  }

  function failed(order) {
    if ($('draw-problem').dataset.code !== 'UNREACHABLE') forget();
    start('');
    $('draw-problem').scrollIntoView({block: 'nearest'});
    if ($('result-title').textContent !== order.prompt) $('result-title').textContent = 'Three pictures';
  }

  function start(words) {
    lay(LIGHTS.map(light => blank(light, 'blank')));
    $('progress').textContent = words;
    $('result-actions').replaceChildren();
    $('result-title').textContent = 'Three pictures';
  }

  /** Brings back what was on the desk: words, photo, and an order whose end this page has not seen. */
  async function resume() {
    const words = JSON.parse(sessionStorage.getItem('words') ?? 'null');
    if (words && !$('prompt').value) write(...words);
    const before = photo ?? await onDesk.get();
    if (before && !photo) await preview(before).then(() => { photo = before; }, forgetPhoto);
    const order = JSON.parse(localStorage.getItem('order') ?? 'null');
    if (!order || order.email !== shop.email() || last?.key === order.key) return;
    if (!words) write(order.prompt, order.mode);
    // Without an id it may not have arrived. The same key asks for it once more, or for the first time.
    order.photo = await ordered.get();
    if (order.id || order.photo) begin(order);
    else {
      forget();
      $('progress').textContent = 'Your last order may not have arrived. If it did, its pictures are under Pictures; if not, nothing was charged.';
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
    $('draw-problem').hidden = true;
    start('');
  }

  start('Choose a photo and say what it should become. The three appear here, one by one.');
  showExamples();
  return {showPrice, resume, leave, write};
}

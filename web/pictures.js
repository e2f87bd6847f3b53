// The Pictures view: the gallery, the enlarged picture, and deleting a generation.
import {$, announce, attempt, button, h, save, sure} from './ui.js';
import {counted, date, duration} from './words.js';

const MODES = {'full-transformation': 'Whole picture', 'item-only': 'Only the outfit', free: 'Free prompt'};

/** The part of a picture's URL that identifies it; the signature differs in each response. */
const pathOf = url => new URL(url, location).pathname;

/**
 * A tile that shows one picture of a set and enlarges it when pressed. The set {images, prompt, renew} may change; its
 * pictures are identified by the path of their URL. URLs expire: if a picture does not load, `renew` is called once.
 */
export function tile(set, index) {
  const path = pathOf(set.images[index]);
  const at = () => set.images.findIndex(url => pathOf(url) === path);
  const image = h('img', {
    src: set.images[index],
    decoding: 'async',
    onanimationend: () => image.classList.add('developed'),
  });
  image.onerror = async () => {
    image.onerror = () => image.replaceWith(h('span', {textContent: 'No longer available'}));
    set.images = await set.renew().catch(() => set.images);
    image.src = set.images[at()] ?? '';
  };
  const open = h('button', {type: 'button', onclick: () => zoom(set, at())});
  const whole = h(
    'div',
    {
      className: 'tile',
      path,
      number() {
        image.alt = `Picture ${at() + 1}: ${set.prompt}`;
        open.setAttribute('aria-label', `Enlarge picture ${at() + 1}`);
      },
    },
    image,
    open,
  );
  whole.number();
  return whole;
}

/** The tiles of a set. Reuses existing tiles of the same pictures, so that nothing flickers when their URLs change. */
export function tiles(set, before = []) {
  return set.images.map((url, index) => {
    const same = before.find(one => one.path === pathOf(url));
    same?.number();
    return same ?? tile(set, index);
  });
}

function zoom(set, index) {
  const dialog = $('zoom');
  const show = next => {
    const count = set.images.length;
    index = (next + count) % count;
    $('zoom-image').src = set.images[index];
    $('zoom-image').alt = `Picture ${index + 1} of ${count}: ${set.prompt}`;
    $('zoom-count').textContent = `${index + 1} of ${count}`;
    $('zoom-back').hidden = $('zoom-next').hidden = count === 1;
    $('zoom-told').textContent = '';
  };
  $('zoom-back').onclick = () => show(index - 1);
  $('zoom-next').onclick = () => show(index + 1);
  $('zoom-close').onclick = () => dialog.close();
  $('zoom-save').onclick = async () => {
    $('zoom-told').textContent = await download(set.images[index], index);
  };
  $('zoom-copy').onclick = async () => {
    $('zoom-told').textContent = await copy(set.images[index]);
  };
  dialog.onkeydown = event => {
    if (event.key === 'ArrowLeft') show(index - 1);
    if (event.key === 'ArrowRight') show(index + 1);
  };
  dialog.onclick = event => {
    if (event.target === dialog || event.target === $('zoom-image')) dialog.close();
  };
  show(index);
  dialog.showModal();
}

/** Downloads a picture, and returns a message about the result. */
export async function download(url, index) {
  try {
    // Bypass the cache: a response that was loaded for an <img> lacks the CORS headers that a script needs to read it.
    const response = await fetch(url, {cache: 'reload'});
    if (!response.ok) throw new Error();
    const picture = await response.blob();
    save(picture, `picture-${index + 1}.${{'image/png': 'png', 'image/webp': 'webp'}[picture.type] ?? 'jpg'}`);
    return 'Saved.';
  } catch {
    return 'The picture could not be downloaded. Reload the page, and try again.';
  }
}

async function copy(url) {
  const seconds = Number(new URL(url).searchParams.get('X-Amz-Expires'));
  try {
    await navigator.clipboard.writeText(url);
    return `Link copied. Anyone who has it can see the picture${seconds ? ` for ${duration(seconds)}` : ''}.`;
  } catch {
    return 'Your browser does not allow copying. Press and hold the picture instead.';
  }
}

/** Asks for confirmation, then deletes or cancels the generation. Returns whether it was deleted. */
export function remove(shop, {id, status}) {
  const question =
    status === 'pending'
      ? {
          title: 'Stop creating these pictures?',
          text: 'Finished pictures will be deleted. You are refunded for the others, in whole credits.',
          yes: 'Stop creating',
          no: 'Keep going',
        }
      : {
          title: 'Delete these pictures?',
          text: 'This cannot be undone, and links to them will stop working. Their credits are not refunded.',
          yes: 'Delete',
          no: 'Keep',
        };
  return sure(question, async () => {
    await shop.client.remove(shop.email(), id).catch(error => {
      if (error.code !== 'GENERATION_NOT_FOUND') throw error;
    });
    shop.showBalance().catch(() => {});
  });
}

/** The gallery. `shop.again(prompt, mode)` copies a prompt back to the form of the Create view. */
export function pictures(shop) {
  let cursor = null;

  function card(generation) {
    const {id, status, prompt, transformation_mode, price, refunded, images, progress, created_at} = generation;
    const set = {images, prompt, renew: async () => (await shop.client.generation(shop.email(), id)).images};
    const shown = images.length
      ? h('div', {className: 'strip-of-three'}, ...tiles(set))
      : h('p', {
          className: 'none',
          textContent:
            status === 'pending'
              ? `Being created${progress ? `, ${progress.done} of ${progress.wanted} ready` : ''}`
              : 'Not created, nothing charged',
        });
    const item = h(
      'li',
      {},
      h(
        'article',
        {},
        shown,
        h('div', {className: 'row apart'}, h('h2', {textContent: prompt})),
        h('p', {
          className: 'hint',
          textContent: [date(created_at), MODES[transformation_mode], counted(price - refunded, 'credit')].join(' · '),
        }),
        h(
          'div',
          {className: 'row'},
          button('Use this prompt', () => shop.again(prompt, transformation_mode)),
          button(status === 'pending' ? 'Stop' : 'Delete', async () => {
            if (!(await remove(shop, generation))) return;
            const next = item.nextElementSibling ?? item.previousElementSibling;
            item.remove();
            announce('Deleted.');
            (next?.querySelector('button') ?? $('main')).focus();
            if (!next) show();
          }),
        ),
      ),
    );
    return item;
  }

  async function load() {
    const page = await shop.client.gallery(shop.email(), cursor);
    cursor = page.next_cursor;
    $('more-pictures').hidden = !cursor;
    return page.generations.map(card);
  }

  async function show() {
    if (!shop.email()) return empty('Your pictures will appear here.');
    await attempt(
      $('pictures-problem'),
      async () => {
        cursor = null;
        const cards = await load();
        $('gallery').replaceChildren(...cards);
        empty(cards.length ? '' : 'Nothing here yet. The pictures that you create will appear here.');
      },
      () => [['Try again', show]],
    );
  }

  function empty(words) {
    $('no-pictures').textContent = words;
    $('no-pictures').hidden = !words;
    if (words) $('gallery').replaceChildren();
    if (words) $('more-pictures').hidden = true;
  }

  $('more-pictures').onclick = () =>
    attempt($('pictures-problem'), async () => {
      const cards = await load();
      $('gallery').append(...cards);
      cards[0]?.querySelector('button')?.focus();
    });
  return {show};
}

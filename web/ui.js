// Helpers that every part of the page uses.
import {explain} from './words.js';

export const $ = id => document.getElementById(id);

/** Creates an element with properties and children. Texts are never parsed as markup. */
export function h(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children.filter(child => child != null));
  return element;
}

export const button = (text, onclick, more = {}) => h('button', {type: 'button', textContent: text, onclick, ...more});

/** Announces a text to users of screen readers. */
export function announce(words) {
  $('announcer').textContent = words;
}

/**
 * Runs `work` and, if it fails, shows the error in the box. The box is hidden first, and only the latest attempt may
 * show an error in it, so that an old error never stays beside a new success. Returns the result of `work`, or null.
 *
 * `help` returns the buttons to show below an error: error → [[text, action], …]
 */
export async function attempt(box, work, help = () => []) {
  const turn = (box.turn ?? 0) + 1;
  box.turn = turn;
  box.hidden = true;
  try {
    return await work();
  } catch (error) {
    if (error.name !== 'AbortError' && box.turn === turn) complain(box, error, help(error));
    return null;
  }
}

export function complain(box, error, actions = []) {
  const {title, text} = explain(error);
  const buttons = actions.map(([words, action]) =>
    button(words, () => {
      box.hidden = true;
      action();
    }),
  );
  box.dataset.code = error.code ?? '';
  box.replaceChildren(
    h('b', {textContent: title}),
    text,
    ...(buttons.length ? [h('div', {className: 'row'}, ...buttons)] : []),
  );
  box.hidden = false;
}

/** Disables the button until the work is done, so that a second press has no effect. */
export async function pressed(button, work) {
  button.disabled = true;
  try {
    return await work();
  } finally {
    button.disabled = false;
  }
}

/**
 * Asks the user to confirm something that cannot be undone. If the work fails, the dialog stays open and shows the
 * error. Returns whether the work was done.
 */
export function sure({title, text, yes, no}, work) {
  const dialog = $('confirm');
  $('confirm-title').textContent = title;
  $('confirm-text').textContent = text;
  $('confirm-yes').textContent = yes;
  $('confirm-no').textContent = no;
  $('confirm-problem').hidden = true;
  dialog.showModal();
  $('confirm-no').focus();
  return new Promise(resolve => {
    $('confirm-no').onclick = () => dialog.close();
    $('confirm-yes').onclick = () =>
      pressed($('confirm-yes'), () =>
        attempt($('confirm-problem'), async () => {
          await work();
          dialog.close('done');
        }),
      );
    dialog.onclose = () => {
      resolve(dialog.returnValue === 'done');
      dialog.returnValue = '';
    };
  });
}

/** Saves a blob as a download. */
export function save(blob, name) {
  const url = URL.createObjectURL(blob);
  h('a', {href: url, download: name}).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

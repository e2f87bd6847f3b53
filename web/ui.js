// What every part of the page uses.
import {explain} from './words.js';

export const $ = id => document.getElementById(id);

/** An element with those properties and children; texts are never markup. */
export function h(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children.filter(child => child != null));
  return element;
}

export const button = (text, onclick, more = {}) => h('button', {type: 'button', textContent: text, onclick, ...more});

/** Says it to people who listen to the page. */
export function announce(words) {
  $('announcer').textContent = words;
}

/**
 * Does that, and tells in the box if it went wrong. The box is emptied first, and only the last attempt writes to it: no old
 * error stays beside a new success. Gives what the work gave, or null.
 *
 * `help` names the buttons under an error: error → [[text, action], …]
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
  const buttons = actions.map(([words, action]) => button(words, () => { box.hidden = true; action(); }));
  box.dataset.code = error.code ?? '';
  box.replaceChildren(h('b', {textContent: title}), text, ...(buttons.length ? [h('div', {className: 'row'}, ...buttons)] : []));
  box.hidden = false;
}

/** Disables the button until that is done, so that a second press asks nothing. */
export async function pressed(button, work) {
  button.disabled = true;
  try { return await work(); } finally { button.disabled = false; }
}

/** Asks a person before something that cannot be undone; the work's error stays in the dialog. True once it is done. */
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
    $('confirm-yes').onclick = () => pressed($('confirm-yes'), () => attempt($('confirm-problem'), async () => { await work(); dialog.close('done'); }));
    dialog.onclose = () => { resolve(dialog.returnValue === 'done'); dialog.returnValue = ''; };
  });
}

/** Gives the person a file. */
export function save(blob, name) {
  const url = URL.createObjectURL(blob);
  h('a', {href: url, download: name}).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

// Starts the page: reads config.json, restores the sign-in, and shows one of three views.
import {$, attempt, announce, pressed} from './ui.js';
import {counted, day} from './words.js';
import {photoCredits} from './client.js';
import {signInBy} from './sign-in.js';
import {studio} from './studio.js';
import {pictures} from './pictures.js';
import {credits} from './credits.js';

const config = {api: '', sign_in: null};
const response = await fetch('config.json', {cache: 'no-cache'}).catch(() => null);
if (response?.ok) Object.assign(config, await response.json());

const session = signInBy(config.sign_in);

/** The state and functions that the views share. */
const shop = {
  client: photoCredits({api: config.api, token: session.token}),
  price: null,
  balance: null,
  email: session.email,

  /** Reads the balance and updates every element that shows it. */
  async showBalance() {
    const {credits, available, pending, expiring} = await shop.client.balance(shop.email());
    if (shop.balance !== null && available !== shop.balance) announce(`You have ${counted(available, 'credit')}.`);
    shop.balance = available;
    const [number, noun] = counted(available, 'credit').split(' ');
    for (const id of ['balance', 'large-balance'])
      $(id).replaceChildren(Object.assign(document.createElement('b'), {textContent: number}), ` ${noun}`);
    $('balance').hidden = false;
    $('balance-note').textContent = [
      ...expiring.map(lot => `${counted(lot.credits, 'credit')} must be used before ${day(lot.expires_at)}.`),
      ...(pending ? [`${counted(pending, 'credit')} more held for pictures that are being created.`] : []),
    ].join(' ');
    desk.showPrice();
    return {credits, available};
  },

  /** Reads the price of a generation and updates every element that shows it. Until then, the page names no price. */
  async showPrice() {
    shop.price = (await shop.client.prices()).credits_per_generation;
    $('footer-price').textContent = `A set of three pictures costs ${counted(shop.price, 'credit')}.`;
    desk.showPrice();
    views.credits.showPrice();
  },

  askToSignIn() {
    location.hash = '#create';
    route();
    $('sign-in').hidden = false;
    $(session.asksForEmail ? 'email' : 'by-pool').focus?.();
    $('sign-in').scrollIntoView({block: 'center'});
  },

  again(prompt, mode) {
    desk.write(prompt, mode);
    location.hash = '#create';
    $('prompt').focus();
  },

  refresh: () => views[current]?.show(),
};

const desk = studio(shop);
const views = {create: {show: async () => {}}, pictures: pictures(shop), credits: credits(shop)};
const TITLES = {create: 'Photo Credits', pictures: 'Pictures · Photo Credits', credits: 'Credits · Photo Credits'};
let current = null;

function route() {
  const wanted = location.hash.slice(1) || 'create';
  if (!views[wanted] || wanted === current) return;
  const first = current === null;
  current = wanted;
  for (const name of Object.keys(views)) $(name).hidden = name !== current;
  for (const link of document.querySelectorAll('nav a')) {
    if (link.hash === `#${current}`) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  document.title = TITLES[current];
  if (!first) {
    scrollTo(0, 0);
    $('main').focus({preventScroll: true});
  }
  views[current].show();
}

/** Updates the page for the signed-in user, or for no user. */
async function welcome() {
  const email = session.email();
  $('sign-in').hidden = Boolean(email);
  $('by-email').hidden = !session.asksForEmail;
  $('by-pool').hidden = session.asksForEmail;
  $('account-button').hidden = !email;
  $('address').textContent = email ?? '';
  $('with-address').hidden = !email;
  $('with-address').lastElementChild.textContent = `You may reply to ${email}`;
  $('balance').hidden = !email || shop.balance === null;
  desk.showPrice();
  shop.refresh();
  if (!email) return;
  await attempt($('sign-in-problem'), shop.showBalance, () => {
    $('sign-in').hidden = false;
    return [['Try again', welcome]];
  });
  if (session.email()) desk.resume();
  else welcome(); // the token could not be renewed: the user is signed out
}

$('sign-in').onsubmit = event => {
  event.preventDefault();
  if (session.asksForEmail && !$('email').reportValidity()) return;
  pressed(event.submitter, () =>
    attempt($('sign-in-problem'), async () => {
      if (session.asksForEmail)
        await shop.client.balance($('email').value.trim()).catch(error => {
          if (error.code !== 'UNAUTHENTICATED') throw error;
        });
      await session.signIn($('email').value);
      if (!session.asksForEmail) return; // the browser is leaving for the sign-in page of the pool
      await welcome();
      (document.activeElement === document.body ? $('main') : document.activeElement).focus({preventScroll: true});
    }),
  );
};

$('sign-out').onclick = async () => {
  $('account').hidePopover();
  desk.leave();
  shop.balance = null;
  await session.signOut();
  welcome();
  announce('Signed out.');
};

// Feedback

$('write').onclick = () => {
  $('feedback-form').hidden = false;
  $('feedback-problem').hidden = $('feedback-done').hidden = true;
  $('feedback').showModal();
};
for (const close of document.querySelectorAll('.feedback-close')) close.onclick = () => $('feedback').close();
$('feedback-form').onsubmit = event => {
  event.preventDefault();
  if (!$('feedback-form').reportValidity()) return;
  pressed(event.submitter, () =>
    attempt($('feedback-problem'), async () => {
      await shop.client.feedback($('message').value, $('answer-me').checked ? session.email() : null);
      $('message').value = '';
      $('feedback-form').hidden = true;
      $('feedback-done').hidden = false;
      $('feedback-done').querySelector('button').focus();
      announce('Thank you. We have received your feedback.');
    }),
  );
};

// When the device is online again or the page is visible again, client.js resumes polling by itself, and the balance is
// read again; so is the price if it is still unknown.

function connection() {
  $('offline').hidden = navigator.onLine;
  if (!navigator.onLine || document.visibilityState !== 'visible') return;
  if (!shop.price) shop.showPrice().catch(() => {});
  if (session.email()) shop.showBalance().catch(() => {});
}
addEventListener('online', connection);
addEventListener('offline', connection);
document.addEventListener('visibilitychange', connection);
addEventListener('hashchange', route);

shop.showPrice().catch(() => {});
route();
await attempt($('sign-in-problem'), session.resume);
await welcome();
views.credits.comeBack();

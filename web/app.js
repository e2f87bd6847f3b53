// Starts the page: reads config.json, finds out who is here, and shows one of three views.
import {$, attempt, announce, pressed} from './ui.js';
import {counted, day} from './words.js';
import {photoCredits} from './client.js';
import {signInBy} from './sign-in.js';
import {studio} from './studio.js';
import {pictures} from './pictures.js';
import {credits} from './credits.js';

const config = {api: '', sign_in: null, credits_per_generation: 3};
const answer = await fetch('config.json', {cache: 'no-cache'}).catch(() => null);
if (answer?.ok) Object.assign(config, await answer.json());

const person = signInBy(config.sign_in);

/** What the parts share. */
const shop = {
  client: photoCredits({api: config.api, token: person.token}),
  price: config.credits_per_generation,
  balance: null,
  email: person.email,

  /** The balance of now, in all places that show it. */
  async showBalance() {
    const {credits, available, pending, expiring} = await shop.client.balance(shop.email());
    if (shop.balance !== null && available !== shop.balance) announce(`You have ${counted(available, 'credit')}.`);
    shop.balance = available;
    const [number, noun] = counted(available, 'credit').split(' ');
    for (const id of ['balance', 'large-balance']) $(id).replaceChildren(Object.assign(document.createElement('b'), {textContent: number}), ` ${noun}`);
    $('balance').hidden = false;
    $('balance-note').textContent = [
      ...expiring.map(lot => `${counted(lot.credits, 'credit')} to be used before ${day(lot.expires_at)}.`),
      ...pending ? [`${counted(pending, 'credit')} more for pictures that are being drawn.`] : [],
    ].join(' ');
    desk.showPrice();
    return {credits, available};
  },

  askWho() {
    location.hash = '#create';
    route();
    $('sign-in').hidden = false;
    $(person.asksForEmail ? 'email' : 'by-pool').focus?.();
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
  if (!first) { scrollTo(0, 0); $('main').focus({preventScroll: true}); }
  views[current].show();
}

/** Shows the page to whoever is here. */
async function welcome() {
  const email = person.email();
  $('sign-in').hidden = Boolean(email);
  $('by-email').hidden = !person.asksForEmail;
  $('by-pool').hidden = person.asksForEmail;
  $('account-button').hidden = !email;
  $('address').textContent = email ?? '';
  $('with-address').hidden = !email;
  $('with-address').lastElementChild.textContent = `You may answer to ${email}`;
  $('balance').hidden = !email || shop.balance === null;
  desk.showPrice();
  shop.refresh();
  if (!email) return;
  await attempt($('sign-in-problem'), shop.showBalance, () => { $('sign-in').hidden = false; return [['Try again', welcome]]; });
  if (person.email()) desk.resume();
  else welcome(); // whoever was here is not any more
}

$('sign-in').onsubmit = event => {
  event.preventDefault();
  if (person.asksForEmail && !$('email').reportValidity()) return;
  pressed(event.submitter, () => attempt($('sign-in-problem'), async () => {
    if (person.asksForEmail) await shop.client.balance($('email').value.trim()).catch(error => { if (error.code !== 'UNAUTHENTICATED') throw error; });
    await person.signIn($('email').value);
    if (!person.asksForEmail) return; // on the way to the pool
    await welcome();
    (document.activeElement === document.body ? $('main') : document.activeElement).focus({preventScroll: true});
  }));
};

$('sign-out').onclick = async () => {
  $('account').hidePopover();
  desk.leave();
  shop.balance = null;
  await person.signOut();
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
  pressed(event.submitter, () => attempt($('feedback-problem'), async () => {
    await shop.client.feedback($('message').value, $('answer-me').checked ? person.email() : null);
    $('message').value = '';
    $('feedback-form').hidden = true;
    $('feedback-done').hidden = false;
    $('feedback-done').querySelector('button').focus();
    announce('Thank you. We have it.');
  }));
};

// Away and back: what is followed goes on by itself (client.js), and the balance is read anew.

function connection() {
  $('offline').hidden = navigator.onLine;
  if (navigator.onLine && person.email() && document.visibilityState === 'visible') shop.showBalance().catch(() => {});
}
addEventListener('online', connection);
addEventListener('offline', connection);
document.addEventListener('visibilitychange', connection);
addEventListener('hashchange', route);

$('footer-price').textContent = counted(shop.price, 'credit');
route();
await attempt($('sign-in-problem'), person.resume);
await welcome();
views.credits.comeBack();

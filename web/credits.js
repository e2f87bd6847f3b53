// The Credits view: packs, checkout, the return from the payment page, and the statement.
import {$, announce, attempt, button, complain, h, pressed, save} from './ui.js';
import {counted, date, describe, money} from './words.js';

const wait = seconds => new Promise(resolve => setTimeout(resolve, seconds * 1000));

export function credits(shop) {
  let cursor = null,
    balance = 0;
  const worth = new Map(); // the credits of each pack, by the element that shows its worth in sets

  async function showPacks() {
    await attempt(
      $('buy-problem'),
      async () => {
        const packs = await shop.client.packages();
        worth.clear();
        $('packs').replaceChildren(
          ...packs.map(pack => {
            const buy = button(
              `Buy for ${money(pack.price)}`,
              () => pressed(buy, () => attempt($('buy-problem'), () => checkout(pack.key))),
              {className: 'main'},
            );
            buy.setAttribute(
              'aria-label',
              `Buy ${pack.name}, ${counted(pack.credits, 'credit')}, for ${money(pack.price)}`,
            );
            const sets = h('span', {className: 'hint'});
            worth.set(sets, pack.credits);
            return h(
              'li',
              {},
              h('span', {className: 'hint', textContent: pack.name}),
              h('b', {textContent: counted(pack.credits, 'credit')}),
              sets,
              buy,
            );
          }),
        );
        showPrice();
      },
      () => [['Try again', showPacks]],
    );
  }

  /** Shows for each pack how many sets of pictures it is worth, once the price is known. */
  function showPrice() {
    if (!shop.price) return;
    for (const [sets, credits] of worth)
      sets.textContent = `${counted(Math.floor(credits / shop.price), 'set')} of three pictures`;
  }

  async function checkout(pack) {
    if (!shop.email()) return shop.askToSignIn();
    const {checkout_url} = await shop.client.checkout(shop.email(), pack);
    location.assign(checkout_url);
  }

  /** After the return from the payment page, shows the status of the payment until the credits are granted. */
  async function comeBack() {
    const query = new URLSearchParams(location.search);
    if (!query.has('payment')) return;
    history.replaceState(null, '', location.pathname + location.hash);
    if (query.get('payment') !== 'success') return notify('The payment was cancelled. Nothing was charged.');
    const session = query.get('session_id');
    notify('Checking your payment …');
    for (let polls = 1; ; polls++) {
      try {
        const payment = await shop.client.payment(session);
        if (payment.status === 'paid') {
          notify(`Thank you. ${counted(payment.credits, 'credit')} were added.`);
          await Promise.all([shop.showBalance(), shop.refresh()]);
          return;
        }
        if (payment.status === 'expired') return notify('The payment did not go through. Nothing was charged.');
        if (polls === 3)
          notify(
            payment.status === 'pending'
              ? 'Your bank is processing the payment. You get the credits afterwards, even if you close this page.'
              : 'Waiting for your payment …',
          );
        if (polls > 120)
          return notify('We have not received your payment yet. If you have paid, your credits will be added later.');
      } catch (error) {
        if (error.status !== 0)
          return complain(notify(''), error, error.code === 'UNAUTHENTICATED' ? [['Sign in', shop.askToSignIn]] : []);
      }
      await wait(Math.min(polls, 5));
    }
  }

  function notify(words) {
    const strip = $('payment');
    const close = button(
      '×',
      () => {
        strip.hidden = true;
      },
      {className: 'quiet'},
    );
    close.setAttribute('aria-label', 'Close');
    strip.replaceChildren(words, close);
    strip.hidden = false;
    return strip;
  }

  /**
   * A row for credits that have expired without a transaction yet, so that the newest balance shows what can be spent.
   */
  const expired = amount =>
    amount
      ? [row({created_at: new Date().toISOString(), type: 'expiry', description: 'Expired', credits: -amount})]
      : [];

  const row = transaction => {
    const after = balance;
    balance -= transaction.credits;
    return h(
      'tr',
      {},
      h('td', {textContent: date(transaction.created_at)}),
      h('td', {textContent: describe(transaction)}),
      h('td', {className: `number ${transaction.credits > 0 ? 'good' : ''}`, textContent: signed(transaction.credits)}),
      h('td', {className: 'number', textContent: after}),
    );
  };
  const signed = number => (number > 0 ? `+${number}` : `−${-number}`);

  async function load() {
    const page = await shop.client.statement(shop.email(), cursor);
    cursor = page.next_cursor;
    $('more-statement').hidden = !cursor;
    return page.transactions.map(row);
  }

  async function showStatement() {
    await attempt(
      $('statement-problem'),
      async () => {
        cursor = null;
        const {credits, available} = await shop.showBalance();
        balance = available;
        const rows = [...expired(credits - available), ...(await load())];
        $('statement').tBodies[0].replaceChildren(...rows);
        $('statement').hidden = $('csv').hidden = !rows.length;
        $('no-statement').hidden = rows.length > 0;
        $('no-statement').textContent = 'No transactions yet.';
      },
      () => [['Try again', showStatement]],
    );
  }

  /** Saves all transactions, oldest first, each with the balance after it. */
  async function csv() {
    const transactions = [];
    let at = null;
    do {
      const page = await shop.client.statement(shop.email(), at);
      transactions.push(...page.transactions);
      at = page.next_cursor;
    } while (at);
    let after = 0;
    const lines = transactions
      .reverse()
      .map(one => [
        one.created_at,
        one.type,
        describe(one),
        one.credits,
        (after += one.credits),
        one.amount == null ? '' : (one.amount / 100).toFixed(2),
        one.currency ?? '',
        one.payment_id ?? '',
        one.generation_id ?? '',
      ]);
    const head = ['date', 'type', 'description', 'credits', 'balance', 'amount', 'currency', 'payment', 'generation'];
    save(
      new Blob([[head, ...lines].map(line => line.map(quoted).join(',') + '\r\n').join('')], {type: 'text/csv'}),
      'statement.csv',
    );
    announce('The statement was saved.');
  }

  // Quotes a value for CSV. A leading apostrophe keeps spreadsheets from running text as a formula.
  const quoted = value => {
    const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };

  async function show() {
    $('large-balance').hidden = $('balance-note').hidden = !shop.email();
    if (!$('packs').children.length) showPacks();
    if (shop.email()) return showStatement();
    $('statement').hidden = $('csv').hidden = $('more-statement').hidden = true;
    $('no-statement').hidden = false;
    $('no-statement').textContent = 'Your purchases and the credits you spend will be listed here.';
  }

  $('csv').onclick = () => pressed($('csv'), () => attempt($('statement-problem'), csv));
  $('more-statement').onclick = () =>
    attempt($('statement-problem'), async () => {
      $('statement').tBodies[0].append(...(await load()));
    });
  return {show, showPrice, comeBack};
}

// The texts of errors (what happened, whether it cost anything, what to do), and formats for numbers and dates.

const FREE = 'Nothing was charged.';

// [title, text] for each error_code of the API and for a few codes of the page. {…} is filled in from the error.
const WORDS = {
  // Generating
  SAFETY_BLOCKED: [
    'The model declined',
    `Its safety rules do not allow this photo or prompt. ${FREE} Try another prompt or photo.`,
  ],
  MODEL_OVERLOADED: ['The image model is busy', `It cannot take your request at the moment. ${FREE} Try again{soon}.`],
  MODEL_TIMEOUT: ['The image model took too long', `We stopped waiting for it. ${FREE} Try again.`],
  IMAGE_GENERATION_FAILED: [
    'The pictures could not be created',
    `The image model failed. This was not your fault. ${FREE} Try again.`,
  ],
  GENERATION_DISABLED: [
    'Creating pictures is turned off for now',
    `We are working on it. ${FREE} Your pictures and credits are safe. Try again later.`,
  ],
  GENERATION_IN_PROGRESS: [
    'Your pictures are already being created',
    'You will find them under Pictures in a moment. They are charged only once.',
  ],
  PRICE_CHANGED: ['The price has changed', `${FREE} Reload the page to see the new price.`],
  IDEMPOTENCY_KEY_REUSED: ['Something went wrong on this page', `${FREE} Press the button again.`],
  RATE_LIMITED: ['Too many requests', `You have reached a limit. ${FREE} Try again{soon}.`],
  INSUFFICIENT_CREDITS: [
    'Not enough credits',
    `{detail}. ${FREE} Buy a pack; your photo and prompt will still be here.`,
  ],
  USER_NOT_FOUND: ['There is no account for this address', `${FREE} Check the address, and sign in with it again.`],
  // Photos
  UNSUPPORTED_IMAGE: ['This photo cannot be read', `PNG, JPEG, WebP and HEIC work. ${FREE} Choose another file.`],
  IMAGE_TOO_LARGE: [
    'This photo is too large',
    `Photos may have up to {limit} and 40 megapixels. ${FREE} Choose a smaller one.`,
  ],
  UPLOAD_REFUSED: ['The photo could not be uploaded', `${FREE} Try again.`],
  UPLOAD_NOT_FOUND: ['The photo was not uploaded', `${FREE} Try again.`],
  NO_PHOTO: ['Choose a photo first', 'PNG, JPEG, WebP and HEIC work.'],
  // Paying
  PAYMENT_PROCESSING_FAILED: [
    'The payment could not be started',
    `Our payment provider did not respond as expected. ${FREE} Try again in a moment.`,
  ],
  CHECKOUT_SESSION_NOT_FOUND: [
    'We cannot find this payment',
    'If you have paid, your credits will be added automatically. If they are missing after an hour, send us feedback.',
  ],
  // Signing in
  UNAUTHENTICATED: ['You are no longer signed in', `${FREE} Sign in again to continue.`],
  FORBIDDEN: [
    'This belongs to another account',
    `You are signed in with a different address, or in a different way than before. ${FREE}`,
  ],
  INVALID_EMAIL: ['This is not a valid e-mail address', 'Check it for typos.'],
  // Other errors
  VALIDATION_ERROR: ['Something is missing or wrong', `{detail}. ${FREE}`],
  BAD_REQUEST: ['The server did not understand this', `${FREE} Reload the page, and try again.`],
  GENERATION_NOT_FOUND: ['These pictures no longer exist', 'They have been deleted.'],
  NOT_FOUND: ['The server does not support this yet', `${FREE} Reload the page, and try again.`],
  METHOD_NOT_ALLOWED: ['The server does not support this yet', `${FREE} Reload the page, and try again.`],
  TEMPORARILY_UNAVAILABLE: [
    'The server is busy',
    'If you were charged, you will be refunded automatically within a few minutes. Try again{soon}.',
  ],
  INTERNAL_ERROR: [
    'Something went wrong on our side',
    'If you were charged, you will be refunded automatically within a few minutes. Try again.',
  ],
  UNKNOWN: [
    'Something went wrong on our side',
    'If you were charged, you will be refunded automatically within a few minutes. Try again.',
  ],
  UNREACHABLE: ['The server did not respond', 'Check your connection, and try again. You are never charged twice.'],
};

/** The texts for an error: {title, text}. */
export function explain(error) {
  const [title, text] =
    WORDS[error.code] ?? (error.name === 'Error' ? [error.message, `${FREE} Try again.`] : WORDS.UNKNOWN);
  const soon = error.retryAfter ? ` in ${duration(error.retryAfter)}` : ' in a moment';
  const detail = (error.message ?? '')
    .replace(/\.$/, '')
    .replace(/^Need (\d+) credits?, have (\d+)$/, 'Three pictures cost $1 credits, and you have $2');
  return {
    title,
    text: text
      .replace('{soon}', soon)
      .replace('{detail}', () => detail)
      .replace('{limit}', () => error.limit ?? '20 MB'),
  };
}

/** "3 credits", "1 credit". */
export const counted = (number, noun) => `${number.toLocaleString('en')} ${noun}${Math.abs(number) === 1 ? '' : 's'}`;

export const money = ({amount, currency}) => (amount / 100).toLocaleString('en', {style: 'currency', currency});

export const bytes = size =>
  size < 1e6 ? `${Math.max(1, Math.round(size / 1e3))} kB` : `${(size / 1e6).toFixed(1)} MB`;

/** "28 Nov 2026, 14:03", in the user's time zone. */
export const date = when =>
  new Date(when).toLocaleString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  });

/** "28 Nov 2026", in the user's time zone. */
export const day = when => new Date(when).toLocaleString('en-GB', {day: 'numeric', month: 'short', year: 'numeric'});

export const duration = seconds =>
  seconds < 90
    ? counted(Math.round(seconds), 'second')
    : seconds < 5400
      ? counted(Math.round(seconds / 60), 'minute')
      : counted(Math.round(seconds / 3600), 'hour');

const KINDS = {
  purchase: 'Purchase',
  usage: 'Pictures',
  refund: 'Refund',
  reversal: 'Reversal',
  expiry: 'Expired',
  promotion: 'Promotion',
  adjustment: 'Correction',
};

/** The description of a transaction in the statement. */
export const describe = transaction => transaction.description || KINDS[transaction.type] || transaction.type;

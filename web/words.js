// Errors in words: what happened, whether it cost anything, and what to do.

const FREE = 'Nothing was charged.';

// By the API's error_code, and by a few of the page's own. {…} is filled in from the error.
const WORDS = {
  // Drawing
  SAFETY_BLOCKED: ['The model declined', `Its safety rules do not allow this photo or these words. ${FREE} Try other words, or another photo.`],
  MODEL_OVERLOADED: ['The image model is busy', `It has no room for your pictures at the moment. ${FREE} Try again{soon}.`],
  MODEL_TIMEOUT: ['The image model took too long', `We stopped waiting for it. ${FREE} Try again.`],
  IMAGE_GENERATION_FAILED: ['The pictures could not be drawn', `The image model failed, which had nothing to do with you. ${FREE} Try again.`],
  GENERATION_DISABLED: ['Drawing is switched off for now', `We are working on it. ${FREE} Your pictures and credits are safe. Try again later.`],
  GENERATION_IN_PROGRESS: ['Your pictures are being drawn already', 'They will be under Pictures in a moment. They are charged once.'],
  IDEMPOTENCY_KEY_REUSED: ['This order was changed on its way', `${FREE} Press the button again.`],
  RATE_LIMITED: ['That was a lot at once', `You have reached a limit. ${FREE} Try again{soon}.`],
  INSUFFICIENT_CREDITS: ['Not enough credits', `{detail}. ${FREE} Buy a pack, and your photo and words will still be here.`],
  USER_NOT_FOUND: ['There is no account of this address', `${FREE} Check the address, and continue with it once more.`],
  // Photos
  UNSUPPORTED_IMAGE: ['This file is not a photo we can read', `PNG, JPEG, WebP and HEIC work. ${FREE} Choose another file.`],
  IMAGE_TOO_LARGE: ['This photo is too large', `Photos may have {limit} and 40 megapixels. ${FREE} Choose a smaller one.`],
  UPLOAD_REFUSED: ['The photo could not be stored', `${FREE} Try again.`],
  UPLOAD_NOT_FOUND: ['The photo did not arrive', `${FREE} Try again.`],
  NO_PHOTO: ['Choose a photo first', 'PNG, JPEG, WebP and HEIC work.'],
  // Paying
  PAYMENT_PROCESSING_FAILED: ['The payment could not be started', `Our payment partner did not answer as it should. ${FREE} Try again in a moment.`],
  CHECKOUT_SESSION_NOT_FOUND: ['We do not know this payment', 'If you have paid, the credits will still come by themselves. If they are not there in an hour, write to us below.'],
  // Who is here
  UNAUTHENTICATED: ['You are not signed in any more', `${FREE} Sign in again, and go on where you were.`],
  FORBIDDEN: ['This belongs to somebody else', `You are signed in with another address. ${FREE}`],
  INVALID_EMAIL: ['This is not an e-mail address', 'Check it for typing errors.'],
  // The rest
  VALIDATION_ERROR: ['Something is missing or wrong', `{detail}. ${FREE}`],
  BAD_REQUEST: ['The server did not understand this', `${FREE} Reload the page, and try again.`],
  GENERATION_NOT_FOUND: ['These pictures are not there any more', 'They have been deleted.'],
  NOT_FOUND: ['The server does not know this yet', `${FREE} Reload the page, and try again.`],
  METHOD_NOT_ALLOWED: ['The server cannot do this yet', `${FREE} Reload the page, and try again.`],
  TEMPORARILY_UNAVAILABLE: [
    'Too much at once',
    'If credits were taken, they come back by themselves within a few minutes. Try again{soon}.',
  ],
  INTERNAL_ERROR: ['Something went wrong on our side', 'If credits were taken, they come back by themselves within a few minutes. Try again.'],
  UNKNOWN: ['Something went wrong on our side', 'If credits were taken, they come back by themselves within a few minutes. Try again.'],
  UNREACHABLE: ['No answer from the server', 'Check your connection, and try again. Nothing is charged twice.'],
};

/** What to tell of that error: {title, text}. */
export function explain(error) {
  const [title, text] = WORDS[error.code] ?? (error.name === 'Error' ? [error.message, `${FREE} Try again.`] : WORDS.UNKNOWN);
  const soon = error.retryAfter ? ` in ${duration(error.retryAfter)}` : ' in a moment';
  const detail = (error.message ?? '').replace(/\.$/, '').replace(/^Need (\d+) credits?, have (\d+)$/, 'Three pictures cost $1 credits, and you have $2');
  return {title, text: text.replace('{soon}', soon).replace('{detail}', () => detail).replace('{limit}', () => error.limit ?? '20 MB')};
}

/** "3 credits", "1 credit". */
export const counted = (number, noun) => `${number.toLocaleString('en')} ${noun}${Math.abs(number) === 1 ? '' : 's'}`;

export const money = ({amount, currency}) => (amount / 100).toLocaleString('en', {style: 'currency', currency});

export const bytes = size => (size < 1e6 ? `${Math.max(1, Math.round(size / 1e3))} kB` : `${(size / 1e6).toFixed(1)} MB`);

/** "28 Nov 2026, 14:03", in the person's own time zone. */
export const date = when => new Date(when).toLocaleString('en-GB', {day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit'});

/** "28 Nov 2026", in the person's own time zone. */
export const day = when => new Date(when).toLocaleString('en-GB', {day: 'numeric', month: 'short', year: 'numeric'});

export const duration = seconds =>
  seconds < 90 ? counted(Math.round(seconds), 'second') : seconds < 5400 ? counted(Math.round(seconds / 60), 'minute') : counted(Math.round(seconds / 3600), 'hour');

const KINDS = {purchase: 'Purchase', usage: 'Pictures', refund: 'Refund', reversal: 'Reversal', expiry: 'Expired', promotion: 'Gift', adjustment: 'Correction'};

/** A line of the statement in words. */
export const entry = transaction => transaction.description || KINDS[transaction.type] || transaction.type;

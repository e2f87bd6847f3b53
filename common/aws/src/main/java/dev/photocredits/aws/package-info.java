/** Access to AWS: endpoints, credentials, retries, and settings from Secrets Manager. */
@NullMarked
package dev.photocredits.aws;

import org.jspecify.annotations.NullMarked;

/** Where AWS is and with which credentials, and the settings that it keeps secret. */
@NullMarked
package dev.photocredits.aws;

import org.jspecify.annotations.NullMarked;

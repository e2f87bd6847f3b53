/** HTTP requests and responses of a function: parsing, access, errors. */
@NullMarked
package dev.photocredits.http;

import org.jspecify.annotations.NullMarked;

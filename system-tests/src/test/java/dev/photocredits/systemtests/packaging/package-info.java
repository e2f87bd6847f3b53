/** Tests of the functions' zips under Lambda's runtime. */
@NullMarked
package dev.photocredits.systemtests.packaging;

import org.jspecify.annotations.NullMarked;

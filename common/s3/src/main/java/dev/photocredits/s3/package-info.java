/** Stores generated images and photos in an S3 bucket. */
@NullMarked
package dev.photocredits.s3;

import org.jspecify.annotations.NullMarked;

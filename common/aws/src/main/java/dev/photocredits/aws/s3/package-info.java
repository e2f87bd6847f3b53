/** The generated images in an S3 bucket. */
@NullMarked
package dev.photocredits.aws.s3;

import org.jspecify.annotations.NullMarked;

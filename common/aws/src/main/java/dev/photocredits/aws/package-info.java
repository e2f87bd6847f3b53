/** What the adapters of DynamoDB and S3 share: where AWS is, and with which credentials. */
@NullMarked
package dev.photocredits.aws;

import org.jspecify.annotations.NullMarked;

package dev.photocredits.uploads;

import java.net.URI;
import java.time.Instant;
import java.util.Map;

/**
 * A signed URL to which a photo can be uploaded, also repeatedly, until it expires.
 *
 * @param address accepts a PUT of exactly the requested type and size
 * @param headers the headers to send; clients send the length by themselves
 */
public record SignedUpload(
    UploadId id, URI address, Map<String, String> headers, Instant expiresAt) {}

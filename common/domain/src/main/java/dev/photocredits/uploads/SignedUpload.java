package dev.photocredits.uploads;

import java.net.URI;
import java.time.Instant;
import java.util.Map;

/**
 * Where a photo may be put, once or again, until it expires.
 *
 * @param address takes a PUT of exactly what was ordered: another type or size is refused
 * @param headers that have to be sent along; the length is, by itself
 */
public record SignedUpload(
    UploadId id, URI address, Map<String, String> headers, Instant expiresAt) {}

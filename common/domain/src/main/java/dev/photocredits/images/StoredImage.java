package dev.photocredits.images;

/**
 * An image in the image store.
 *
 * @param key the key of the object; it cannot be guessed
 */
public record StoredImage(String key, ContentType contentType) {}

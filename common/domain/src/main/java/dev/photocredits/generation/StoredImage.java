package dev.photocredits.generation;

/**
 * An image in the image store.
 *
 * @param key where it is kept; nobody can guess it
 */
public record StoredImage(String key, ContentType contentType) {}

package dev.photocredits.generation;

import dev.photocredits.credits.Email;

/** What somebody wants drawn; the photo has been checked. */
public record GenerationOrder(Email email, Prompt prompt, TransformationMode mode, Image photo) {}

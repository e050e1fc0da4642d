package io.quaymaster.refusal;

/**
 * What is wrong with one field.
 *
 * @param field as written in JSON, for example {@code mounts[1].path}
 */
public record FieldError(String field, String message) {}

package io.adplatform.runtime.api;

/**
 * What is wrong with one field of a request.
 *
 * @param field JSON pointer into the body ({@code /bid/amountMicros}), or the name of a parameter
 * @param detail one sentence
 */
public record FieldError(String field, String detail) {}

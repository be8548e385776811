package io.adplatform.runtime.api;

/** Knows the API keys. Called on virtual threads, may block; thread-safe. */
public interface ApiKeyStore {
  /**
   * Whose key it is.
   *
   * @param key as it stood in {@code Authorization: Bearer}
   * @return null where there is no such key
   * @throws Problem 503 while it cannot be looked up
   */
  Caller find(String key);
}

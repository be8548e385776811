package io.adplatform.runtime.api;

/** Answers one operation. Called on a virtual thread of its own, may block; must be thread-safe. */
@FunctionalInterface
public interface ApiHandler {
  /**
   * Answers a request.
   *
   * @throws Problem where it is refused
   * @throws Exception anything else is logged and answered as 500 without its message
   */
  ApiResponse handle(ApiRequest request) throws Exception;
}

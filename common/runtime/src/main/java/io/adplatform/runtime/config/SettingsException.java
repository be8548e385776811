package io.adplatform.runtime.config;

/** A setting is missing or wrong. The message is one line, fit to be shown as it is. */
public final class SettingsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** An error with a one-line message. */
  public SettingsException(String message) {
    super(message);
  }
}

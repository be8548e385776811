package io.adplatform.billing.settlement;

/**
 * The topic {@code settled} does not hold what was counted of it: it was made anew, or lost its
 * end. What it holds instead may have been counted before: nothing is counted until an operator has
 * decided ({@code docs/hacking.md}, When something is gone).
 */
final class SettledLostException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  SettledLostException(String message) {
    super(message);
  }
}

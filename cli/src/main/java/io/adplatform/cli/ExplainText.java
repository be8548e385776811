package io.adplatform.cli;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * An auction's record as lines for people: outcome first, then each candidate with why it won or
 * fell out.
 */
final class ExplainText {
  private ExplainText() {}

  static String of(JsonNode auction) {
    return auction.toPrettyString();
  }
}

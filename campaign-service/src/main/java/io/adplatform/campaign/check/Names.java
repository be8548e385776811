package io.adplatform.campaign.check;

import io.vertx.core.json.JsonObject;

/** Reads names. */
public final class Names {
  private Names() {}

  /** Reads {@code name} without the blanks around it; something of it must be seen. */
  public static String read(JsonObject body, FieldErrors errors) {
    String name = body.getString("name").strip();
    errors.require(isVisible(name), "/name", "must not be blank");
    errors.require(
        name.codePoints().noneMatch(Character::isISOControl),
        "/name",
        "must not hold control characters");
    return name;
  }

  /** Whether there is more than spaces of any kind in it. */
  static boolean isVisible(String text) {
    return text.codePoints().anyMatch(c -> !Character.isWhitespace(c) && !Character.isSpaceChar(c));
  }
}

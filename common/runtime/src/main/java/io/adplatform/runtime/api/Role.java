package io.adplatform.runtime.api;

/** What an API key may do. */
public enum Role {
  /** Runs the exchange: acts for every account. */
  OPERATOR,
  /** Buys: advertisers and what is below them, of its own account. */
  ADVERTISER,
  /** Sells directly: sites and placements of its own account. */
  PUBLISHER,
  /** Sells or buys over OpenRTB: the partners of its own account. */
  PARTNER;

  /** The name in JSON and in the database, such as {@code operator}. */
  public String text() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }

  /** The role of a name, or null. */
  public static Role of(String text) {
    for (Role role : values()) {
      if (role.text().equals(text)) {
        return role;
      }
    }
    return null;
  }
}

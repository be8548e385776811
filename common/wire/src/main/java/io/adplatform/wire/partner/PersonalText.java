package io.adplatform.wire.partner;

/** Cuts addresses and coordinates to what tells of a place, not of a person. Pure functions. */
final class PersonalText {
  private static final int KEPT_OCTETS = 3;
  private static final int KEPT_GROUPS = 3;

  private PersonalText() {}

  /**
   * Where the /24 or /48 of an address ends, with the separator behind it; {@code from} where the
   * text is no address.
   */
  static int networkEnd(byte[] text, int from, int end) {
    int octets = 0;
    int groups = 0;
    for (int i = from; i < end; i++) {
      byte b = text[i];
      if (b == '.' && groups == 0 && ++octets == KEPT_OCTETS) {
        return i + 1;
      }
      if (b == ':' && (++groups == KEPT_GROUPS || i + 1 < end && text[i + 1] == ':')) {
        return i + 1;
      }
      if (b != '.' && b != ':' && Character.digit(b, 16) < 0) {
        return from;
      }
    }
    return from;
  }

  /** Where a JSON number ends after its first decimal; -1 where it has an exponent. */
  static int roughEnd(byte[] text, int from, int end) {
    int kept = end;
    for (int i = from; i < end; i++) {
      if ((text[i] | 0x20) == 'e') {
        return -1;
      }
      if (text[i] == '.') {
        kept = Math.min(end, i + 2);
      }
    }
    return kept;
  }
}

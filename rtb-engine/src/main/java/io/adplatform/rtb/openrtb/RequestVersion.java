package io.adplatform.rtb.openrtb;

/**
 * What a request's {@code x-openrtb-version} says (OpenRTB 2.6, 2.5): the label of a counter.
 * Whatever it says, the body is read as 2.x: what is none has no {@code id} or no {@code imp}, and
 * is refused for that.
 */
enum RequestVersion {
  ABSENT,
  V2_5,
  V2_6,
  V2_OTHER,
  /** Another major version, or no version. */
  OTHER;

  private static final String MAJOR = "2.";

  static RequestVersion of(String header) {
    if (header == null) {
      return ABSENT;
    }
    if (!header.startsWith(MAJOR)) {
      return OTHER;
    }
    return switch (header) {
      case "2.5" -> V2_5;
      case "2.6" -> V2_6;
      default -> V2_OTHER;
    };
  }
}

package io.adplatform.campaign.certify;

/** What an answer is held to, with the section of OpenRTB 2.6 that it comes from. */
enum Rule {
  REACHABLE("2.1", "the endpoint can be connected to and speaks HTTP"),
  STATUS("2.1", "the status is 200 or 204, and nothing is redirected"),
  TIMING("3.2.1", "the whole answer is there within timeoutMillis, on a connection that is open"),
  KEEP_ALIVE("2.1", "connections stay open for the next request"),
  SIZE_CAP("2.1", "an answer has at most 1 MiB, inflated too"),
  CONTENT_TYPE("2.3", "the answer is application/json, or says nothing"),
  ENCODING("2.4", "the answer is plain, or gzip that inflates"),
  GZIP_REQUEST("2.4", "a compressed request is read"),
  UNKNOWN_FIELDS("2.6", "unknown fields and values do not fail a request"),
  NO_BID_FORM("4.2.1", "no bid is 204 without a body, {}, an empty seatbid or an nbr"),
  JSON("4.1", "the answer is one JSON object without repeated keys"),
  ID_ECHO("4.2.1", "the answer's id is the request's"),
  CURRENCY("4.2.1", "cur was offered, and is the one agreed"),
  SEAT("4.2.2", "the seat is one of those agreed"),
  BID_ID("4.2.3", "each bid has an id of its own"),
  IMP_ID("4.2.3", "impid is one of the request's"),
  PRICE("4.2.3", "the price is a number above 0, and an honest one"),
  FLOOR("3.2.4", "the price is not below the floor"),
  MARKUP("4.2.3", "there is adm of the type, or an nurl that brings it"),
  MEDIA_TYPE("4.2.3", "mtype is a type that the imp offers, and is there where it offers several"),
  AD_SIZE("4.2.3", "a banner's size is one of those offered"),
  ADOMAIN("4.2.3", "adomain names the advertiser, and none that is blocked"),
  CATEGORY("3.2.1", "cat is not blocked"),
  SECURE("3.2.4", "markup loads nothing over plain http where the imp is secure");

  private final String section;
  private final String requires;

  Rule(String section, String requires) {
    this.section = section;
    this.requires = requires;
  }

  /** Of OpenRTB 2.6. */
  String section() {
    return section;
  }

  /** What it asks for, in a line. */
  String requires() {
    return requires;
  }
}

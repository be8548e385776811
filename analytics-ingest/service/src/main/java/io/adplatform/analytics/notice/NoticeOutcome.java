package io.adplatform.analytics.notice;

/** What an attempt to send a notice came to. */
enum NoticeOutcome {
  /** Answered with 200 or 204. */
  SENT,
  /** Anything else; it is tried again. */
  FAILED,
  /** The same, for the last time: its hour is over. */
  GIVEN_UP,
  /** Not called: the URL is none, or leads into the operator's own network. */
  REFUSED,
  /** Not called: too much waits for a partner that does not answer. */
  OVERFLOWED
}

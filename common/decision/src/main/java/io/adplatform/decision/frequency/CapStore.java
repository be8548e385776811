package io.adplatform.decision.frequency;

/**
 * The counters that caps are held by, shared by all nodes, as one lane sees them. No call blocks;
 * none throws; what cannot be done is not done.
 */
public interface CapStore {
  /** What {@link #ask} did. */
  enum Asking {
    /** The question is on its way; the lookup's listener is called once. */
    ASKED,
    /** The counters cannot be reached. */
    AWAY,
    /** So many questions are unanswered that it takes no more. */
    BUSY
  }

  /** A store that is never there. */
  CapStore NONE =
      new CapStore() {
        @Override
        public Asking ask(CapLookup lookup) {
          return Asking.AWAY;
        }

        @Override
        public void settle(CapLookup lookup) {
          // It granted nothing.
        }
      };

  /**
   * Asks which candidates may bid, in one atomic step per account, and reserves an impression for
   * each that may ({@link CapLookup#reserves()}): for {@link CapLookup#RESERVATION_MILLIS}, unless
   * it is settled. The answer comes on the lane, never within the call.
   */
  Asking ask(CapLookup lookup);

  /**
   * Keeps the reservations of what won for as long as it may be seen and settled, and ends all
   * others; to be called once for every lookup that was asked, answered or not. The lookup may be
   * reused after the call.
   */
  void settle(CapLookup lookup);
}

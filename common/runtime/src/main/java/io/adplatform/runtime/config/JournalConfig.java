package io.adplatform.runtime.config;

/**
 * The journal of a hot node.
 *
 * @param syncToDisk whether "recorded" means on the disk ({@code true}) or in the page cache
 * @param termBytes length of a term of a lane's publication, a power of two; a message has at most
 *     an eighth of it
 * @param segmentBytes length of a segment file, a power of two, at least a term; the unit in which
 *     shipped records are deleted
 * @param auctionFloorBytes below this much free space no auction record is taken
 * @param signalFloorBytes below this much free space nothing is taken; less than the former
 */
public record JournalConfig(
    boolean syncToDisk,
    int termBytes,
    int segmentBytes,
    long auctionFloorBytes,
    long signalFloorBytes) {
  private static final long MIB = 1024 * 1024;

  /** An eighth of it is the largest message: 512 KiB, room for a detail of any request. */
  private static final int TERM_BYTES = 4 * 1024 * 1024;

  private static final int SEGMENT_BYTES = 16 * 1024 * 1024;

  /** Checks what the settings cannot have checked. */
  public JournalConfig {
    if (signalFloorBytes > auctionFloorBytes) {
      throw Settings.wrong(
          "journal-signal-floor-mib",
          Long.toString(signalFloorBytes / MIB),
          "at most journal-auction-floor-mib");
    }
    if (segmentBytes < termBytes || Integer.bitCount(termBytes) != 1) {
      throw Settings.wrong(
          "journal-term-bytes",
          Integer.toString(termBytes),
          "a power of two, at most " + segmentBytes);
    }
  }

  /** Page cache, terms of 4 MiB, segments of 16 MiB, floors of 512 and 128 MiB. */
  public static JournalConfig standard() {
    return new JournalConfig(false, TERM_BYTES, SEGMENT_BYTES, 512 * MIB, 128 * MIB);
  }

  /**
   * From {@code journal-sync}, {@code journal-auction-floor-mib}, {@code journal-signal-floor-mib}.
   */
  public static JournalConfig of(Settings settings) {
    return new JournalConfig(
        settings.flag("journal-sync", false),
        TERM_BYTES,
        SEGMENT_BYTES,
        settings.longInteger("journal-auction-floor-mib", 512, 1, 1 << 20) * MIB,
        settings.longInteger("journal-signal-floor-mib", 128, 1, 1 << 20) * MIB);
  }
}

package io.adplatform.settle;

/**
 * One message of {@code settled} or {@code partner-notices} on its way out; reused like {@link
 * Event}, its value is not.
 */
public final class Settled {
  /** Whether it goes to {@code partner-notices}; else to {@code settled}. */
  public boolean notice;

  /** Partition of {@code settled}: the number of the partition of {@code events} it came from. */
  public int partition;

  /** Offset of the event that it answers. */
  public long eventOffset;

  /** Offset of the event that the message before it in this partition answers, or -1. */
  public long previousOffset;

  /** SBE message. */
  public byte[] value = new byte[0];
}

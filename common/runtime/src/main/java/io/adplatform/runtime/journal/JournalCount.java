package io.adplatform.runtime.journal;

/** What a lane's journal counts. */
public enum JournalCount {
  /** Messages that were taken. */
  TAKEN,
  /** Offers not taken because recording was behind by a whole window. */
  BACK_PRESSURED,
  /** Offers not taken for want of room on the disk, of a recording, or of a driver. */
  REFUSED
}

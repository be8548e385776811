package io.adplatform.runtime.journal;

import io.adplatform.runtime.stream.Streams;

/** The media driver, the Archive and the Aeron client of a process. Thread-safe. */
public final class JournalDriver implements AutoCloseable {
  JournalDriver() {}

  /** Streams over this driver. */
  public Streams streams() {
    throw new IllegalStateException("not started");
  }

  /** A reader of all recordings of this driver. */
  public JournalReader reader() {
    return new JournalReader(this);
  }

  @Override
  public void close() {}
}

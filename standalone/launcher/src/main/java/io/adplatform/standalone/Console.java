package io.adplatform.standalone;

import java.io.PrintStream;
import java.util.Locale;

/** What a person sees of a start: one line per step, whole lines only. Thread-safe. */
final class Console {
  private static final double MILLIS_PER_SECOND = 1_000;

  private final PrintStream out;
  private final long startedAt = System.nanoTime();

  Console(PrintStream out) {
    this.out = out;
  }

  /** A line as it is. */
  synchronized void line(String text) {
    out.println(text);
    out.flush();
  }

  /** A step that is done, with the seconds since the start. */
  void done(String what, String detail) {
    line(String.format(Locale.ROOT, "  %-18s ready  %5.1f s  %s", what, seconds(), detail));
  }

  /** Something that happened by itself, such as a server that died. */
  void event(String text) {
    line("  ! " + text);
  }

  /** Seconds since this console was opened. */
  double seconds() {
    return (System.nanoTime() - startedAt) / 1_000_000 / MILLIS_PER_SECOND;
  }
}

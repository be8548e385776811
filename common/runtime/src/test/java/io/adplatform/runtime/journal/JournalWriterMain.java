package io.adplatform.runtime.journal;

import java.nio.file.Path;

/**
 * A process that writes numbered messages of different lengths to a journal, and prints the number
 * of each once it is recorded, until it is killed.
 */
final class JournalWriterMain {
  static final int SHORTEST = 100;
  private static final int LONGEST = 100_000;
  private static final int STEP = 7919;

  private JournalWriterMain() {}

  public static void main(String[] args) {
    TestJournal journal = TestJournal.start(Path.of(args[0]));
    for (long number = 0; ; number++) {
      int length = SHORTEST + (int) (number * STEP % LONGEST);
      journal.awaitRecorded(journal.offer(number, length));
      System.out.println(number);
    }
  }
}

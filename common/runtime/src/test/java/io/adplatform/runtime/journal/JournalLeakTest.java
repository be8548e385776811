package io.adplatform.runtime.journal;

import io.adplatform.testkit.check.LeakCheck;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class JournalLeakTest {
  @TempDir Path data;

  @Test
  void shouldLeaveNothingBehindWhenDriverLaneAndReaderAreClosed() throws Exception {
    LeakCheck.assertNoLeak(
        () -> {
          try (TestJournal test = TestJournal.start(Files.createTempDirectory(data, "round"))) {
            test.awaitRecorded(test.offer(1, 500));
            JournalReader reader = test.driver.reader();
            TestJournal.read(reader, reader.recordings().getFirst(), 0);
          }
        });
  }
}

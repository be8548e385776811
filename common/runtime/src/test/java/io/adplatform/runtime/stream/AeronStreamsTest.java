package io.adplatform.runtime.stream;

import io.adplatform.runtime.config.JournalConfig;
import io.adplatform.runtime.config.LanePreset;
import io.adplatform.runtime.config.NodeConfig;
import io.adplatform.runtime.journal.JournalDriver;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class AeronStreamsTest extends StreamContractTest {
  @TempDir static Path data;

  private static JournalDriver driver;

  @BeforeAll
  static void start() {
    NodeConfig config =
        new NodeConfig(
            1, data, "127.0.0.1", 0, URI.create("http://test"), false, JournalConfig.standard());
    driver = JournalDriver.start(config, LanePreset.LAPTOP);
  }

  @AfterAll
  static void end() {
    driver.close();
  }

  @Override
  Streams streams() {
    return driver.streams();
  }
}

package io.adplatform.runtime.journal;

import io.adplatform.runtime.config.LaneConfig;
import io.adplatform.runtime.config.LanePreset;
import io.adplatform.runtime.config.NodeConfig;
import io.adplatform.runtime.config.Settings;
import io.adplatform.runtime.config.SettingsException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.agrona.ErrorHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process that runs media driver and Archive for the hot services on the same data folder. Takes
 * the settings {@code data}, {@code preset} and the journal's. Logs {@code ready} when clients can
 * connect. Ends, after all that was offered is recorded, when it is told to, or, with the flag
 * {@code --until-input-ends}, when its standard input ends (its parent is gone).
 */
public final class DriverMain implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DriverMain.class);

  private final EmbeddedDriver driver;
  private final Housekeeper housekeeper;

  private DriverMain(EmbeddedDriver driver, LanePreset preset) {
    this.driver = driver;
    this.housekeeper = Housekeeper.startShared(new DriverTurn(driver), preset);
  }

  /** Runs until it is told to end. */
  public static void main(String[] args) {
    try {
      Settings settings = Settings.of(args, System.getenv());
      NodeConfig node = NodeConfig.of(settings);
      LaneConfig lanes = LaneConfig.of(settings);
      boolean untilInputEnds = settings.flag("until-input-ends", false);
      CountDownLatch end = new CountDownLatch(1);
      DriverMain main = start(node, lanes.preset());
      Runtime.getRuntime().addShutdownHook(new Thread(main::close));
      LOG.info("driver step=ready dir={}", main.driver.aeronDir());
      if (untilInputEnds) {
        awaitEndOfInput();
        System.exit(0);
      }
      end.await();
    } catch (SettingsException e) {
      System.err.println(e.getMessage());
      System.exit(1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Starts both on a thread of their own. */
  public static DriverMain start(NodeConfig config, LanePreset preset) {
    Path journalDir = JournalDriver.journalDir(config);
    ErrorHandler errorHandler = error -> LOG.warn("driver error=\"{}\"", error.toString());
    return new DriverMain(
        EmbeddedDriver.start(
            journalDir, config.journal(), EmbeddedDriver.OTHERS_ALIVE_NANOS, errorHandler),
        preset);
  }

  private static void awaitEndOfInput() {
    try {
      while (System.in.read() >= 0) {
        // Whatever is written there says that the parent lives.
      }
    } catch (IOException e) {
      LOG.warn("driver input failed: {}", e.toString());
    }
  }

  @Override
  public void close() {
    housekeeper.close();
  }

  private record DriverTurn(EmbeddedDriver driver) implements Housekeeper.Work {
    @Override
    public int turn() {
      return driver.invoke();
    }

    @Override
    public boolean mustPoll() {
      return false;
    }

    @Override
    public void end() {
      driver.close();
    }
  }
}

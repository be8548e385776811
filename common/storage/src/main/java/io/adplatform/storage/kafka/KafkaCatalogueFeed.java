package io.adplatform.storage.kafka;

import io.adplatform.decision.catalogue.CatalogueCompiler;
import io.adplatform.decision.catalogue.CatalogueFeed;
import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.runtime.config.KafkaConfig;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.adplatform.wire.catalogue.CatalogueKey;
import java.time.Duration;

/**
 * The catalogue of a hot node, followed on the topic {@code catalogue}. The reader's thread applies
 * documents and compiles them at the end of each transaction; of transactions that arrive close
 * together the later ones are compiled in one go, so that a burst of changes costs a few
 * compilations, not one each.
 */
public final class KafkaCatalogueFeed implements CatalogueFeed {
  /** A compilation may take this share of the thread's time: after one, as long again is waited. */
  private static final int PAUSE_PER_COMPILATION = 1;

  /** A change may wait this long for its compilation, of the two seconds it has to become live. */
  private static final long MAX_PAUSE_NANOS = 500_000_000;

  /** Line items whose flight ends are left out by compiling again, changes or none. */
  private static final long REFRESH_NANOS = 60_000_000_000L;

  private final CatalogueCompiler compiler;
  private final CatalogueReader reader;
  private volatile CatalogueSnapshot latest;
  private volatile long compileNanos;

  private KafkaCatalogueFeed(KafkaConfig config, String clientId, CatalogueCompiler compiler) {
    this.compiler = compiler;
    this.reader = CatalogueReader.start(config, clientId, new Compilation());
  }

  /**
   * Starts following; returns at once.
   *
   * @param clientId names the thread and the client, such as {@code rtb-catalogue}
   * @param compiler belongs to the feed from here on
   */
  public static KafkaCatalogueFeed start(
      KafkaConfig config, String clientId, CatalogueCompiler compiler) {
    return new KafkaCatalogueFeed(config, clientId, compiler);
  }

  @Override
  public CatalogueSnapshot latest() {
    return latest;
  }

  @Override
  public long lagMillis() {
    return reader.lagMillis();
  }

  /** Waits for the first snapshot; false where it took longer than the timeout. */
  public boolean awaitReady(Duration timeout) throws InterruptedException {
    return reader.awaitCaughtUp(timeout);
  }

  /** How long the newest snapshot took to compile, in nanoseconds; for metrics. */
  public long compileNanos() {
    return compileNanos;
  }

  @Override
  public void close() {
    reader.close();
  }

  /** Of the reader's thread alone. */
  private final class Compilation implements CatalogueListener {
    private long compiledNanos;
    private boolean dirty;

    @Override
    public void onDocument(CatalogueKey key, CatalogueEntity entity, long version) {
      compiler.apply(key, entity, version);
    }

    @Override
    public void onConsistent(long version) {
      dirty = true;
      long pause = Math.min(MAX_PAUSE_NANOS, compileNanos * PAUSE_PER_COMPILATION);
      if (latest == null || System.nanoTime() - compiledNanos >= pause) {
        compile();
      }
    }

    @Override
    public void onIdle() {
      long since = System.nanoTime() - compiledNanos;
      if (latest != null && (dirty || since > REFRESH_NANOS)) {
        compile();
      }
    }

    private void compile() {
      long start = System.nanoTime();
      latest = compiler.compile(System.currentTimeMillis());
      compiledNanos = System.nanoTime();
      compileNanos = compiledNanos - start;
      dirty = false;
    }
  }
}

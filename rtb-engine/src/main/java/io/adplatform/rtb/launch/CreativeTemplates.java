package io.adplatform.rtb.launch;

import io.adplatform.decision.catalogue.CreativeCompiler;
import io.adplatform.wire.catalogue.Creative;
import io.adplatform.wire.openrtb.CreativeTemplate;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Splits markup at its macros, and says of which creatives that was not possible. */
final class CreativeTemplates implements CreativeCompiler {
  private static final Logger LOG = LoggerFactory.getLogger(CreativeTemplates.class);

  private final String publicUrl;
  private final AtomicLong refused = new AtomicLong();

  CreativeTemplates(String publicUrl) {
    this.publicUrl = publicUrl;
  }

  @Override
  public CreativeTemplate compile(Creative creative) {
    return CreativeTemplate.compile(creative, publicUrl);
  }

  @Override
  public void refused(Creative creative, RuntimeException why) {
    refused.incrementAndGet();
    LOG.warn("creative {} cannot be shown and is left out of auctions", creative.id(), why);
  }

  /** Versions of creatives that were left out since the start. Any thread. */
  long refusedCount() {
    return refused.get();
  }
}

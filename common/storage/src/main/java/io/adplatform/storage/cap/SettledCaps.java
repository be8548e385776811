package io.adplatform.storage.cap;

import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.frequency.CapCounter;
import io.adplatform.decision.frequency.CapScope;
import io.adplatform.wire.sbe.Disposition;
import io.adplatform.wire.sbe.MessageHeaderDecoder;
import io.adplatform.wire.sbe.SettledEventDecoder;
import io.adplatform.wire.sbe.SettledKind;
import org.agrona.concurrent.UnsafeBuffer;

/** What messages of {@code settled} mean to the counters of frequency caps. Not thread-safe. */
public final class SettledCaps {
  private final CapCounter counter;
  private final MessageHeaderDecoder header = new MessageHeaderDecoder();
  private final SettledEventDecoder event = new SettledEventDecoder();
  private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);

  /** Tells a counter. */
  public SettledCaps(CapCounter counter) {
    this.counter = counter;
  }

  /** Whether a message concerns the counters: they are then told of it at the next flush. */
  public boolean take(byte[] message, CatalogueSnapshot snapshot) {
    buffer.wrap(message);
    header.wrap(buffer, 0);
    if (header.templateId() != SettledEventDecoder.TEMPLATE_ID) {
      return false;
    }
    event.wrapAndApplyHeader(buffer, 0, header);
    // A repeat was counted before; a late one was shown all the same.
    Disposition disposition = event.disposition();
    if (disposition != Disposition.COUNTED && disposition != Disposition.LATE) {
      return false;
    }
    boolean seen = event.kind() == SettledKind.IMPRESSION || event.billed() == 1;
    if (!seen && event.kind() != SettledKind.LOSS) {
      return false;
    }
    CapScope[] scopes = snapshot.caps().scopesOf(event.lineItemId());
    if (scopes == null) {
      return false;
    }
    if (seen) {
      counter.seen(scopes, event.auctionHi(), event.auctionLo(), event.timeMillis());
    } else {
      counter.lost(scopes, event.auctionHi(), event.auctionLo());
    }
    return true;
  }
}

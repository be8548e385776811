package io.adplatform.analytics.notice;

import io.adplatform.wire.sbe.MessageHeaderDecoder;
import io.adplatform.wire.sbe.NoticeKind;
import io.adplatform.wire.sbe.PartnerNoticeDecoder;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;

/** A notice that is not done yet. Of the sender's thread. */
final class PendingNotice {
  final int partition;
  final long offset;
  final long timeMillis;
  final long auctionHi;
  final long auctionLo;
  final long demandPartnerId;
  final long supplyPartnerId;
  final NoticeKind kind;
  final String url;

  /** After it there is no further attempt. */
  final long lastMillis;

  int attempts;
  long dueMillis;

  private PendingNotice(int partition, long offset, PartnerNoticeDecoder notice, long lastMillis) {
    this.partition = partition;
    this.offset = offset;
    this.lastMillis = lastMillis;
    timeMillis = notice.timeMillis();
    auctionHi = notice.auctionHi();
    auctionLo = notice.auctionLo();
    demandPartnerId = notice.demandPartnerId();
    supplyPartnerId = notice.supplyPartnerId();
    kind = notice.kind();
    byte[] text = new byte[notice.urlLength()];
    notice.getUrl(text, 0, text.length);
    url = new String(text, StandardCharsets.UTF_8);
  }

  /** Reads a message; null where it is none. */
  static PendingNotice read(int partition, long offset, byte[] message, long lastMillis) {
    if (message == null || message.length < MessageHeaderDecoder.ENCODED_LENGTH) {
      return null;
    }
    UnsafeBuffer buffer = new UnsafeBuffer(message);
    MessageHeaderDecoder header = new MessageHeaderDecoder().wrap(buffer, 0);
    int least =
        MessageHeaderDecoder.ENCODED_LENGTH
            + header.blockLength()
            + PartnerNoticeDecoder.urlHeaderLength();
    if (header.schemaId() != PartnerNoticeDecoder.SCHEMA_ID
        || header.templateId() != PartnerNoticeDecoder.TEMPLATE_ID
        || message.length < least) {
      return null;
    }
    PartnerNoticeDecoder notice = new PartnerNoticeDecoder().wrapAndApplyHeader(buffer, 0, header);
    if (notice.urlLength() < 0 || notice.urlLength() > message.length - least) {
      return null;
    }
    return new PendingNotice(partition, offset, notice, lastMillis);
  }
}

package io.adplatform.settle.signal;

import io.adplatform.wire.event.PartnerBidLimits;
import io.adplatform.wire.sbe.MessageHeaderDecoder;
import io.adplatform.wire.sbe.MessageHeaderEncoder;
import io.adplatform.wire.sbe.NoticeKind;
import io.adplatform.wire.sbe.PartnerBidDecoder;
import io.adplatform.wire.sbe.PartnerNoticeEncoder;
import io.adplatform.wire.sbe.SignalDecoder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What demand partners are told of their bids: of a bid that lost our own auction at once, of one
 * that won when its signals come. Bids and signals meet by auction id, whichever comes first, and
 * are kept until the bid's token expires. Owned by one thread.
 */
public final class Notices {
  /**
   * Bytes kept of a partition, in bids and in signals that wait for theirs: some fifteen thousand
   * bids. Above it those that expire first are given up. All of it is written at each checkpoint.
   */
  static final long MAX_BYTES = 16L << 20;

  /** What a bid or a signal takes besides its message. */
  static final int OVERHEAD_BYTES = 128;

  /** Seconds of expiry that are dropped together. */
  private static final int BUCKET_SECONDS = 64;

  private static final int TEXTS = 8;
  private static final int ENTRY_BYTES = 3 * Long.BYTES + 1 + 2 * Integer.BYTES;

  private record Auction(long hi, long lo) {}

  private static final class Held {
    // With its header; null until it comes.
    private byte[] bid;
    private final List<Heard> early = new ArrayList<>(1);
    private final Set<NoticeKind> told = EnumSet.noneOf(NoticeKind.class);

    int bytes() {
      return OVERHEAD_BYTES + (bid == null ? 0 : bid.length) + early.size() * Heard.BYTES;
    }
  }

  private final long maxBytes;
  private final TreeMap<Long, Map<Auction, Held>> buckets = new TreeMap<>();
  private final List<byte[]> made = new ArrayList<>();
  private final PartnerBidDecoder decoder = new PartnerBidDecoder();
  private final MessageHeaderDecoder header = new MessageHeaderDecoder();
  private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
  private long bytes;
  private long horizonSeconds;
  private long dropped;

  /** Holds nothing. */
  public Notices() {
    this(MAX_BYTES);
  }

  Notices(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Begins with another event: what was made of the one before is forgotten. */
  public void begin() {
    made.clear();
  }

  /** The {@code PartnerNotice} messages that came of the event. */
  public List<byte[]> made() {
    return made;
  }

  /** Bids and signals given up for lack of room, because they came too late or are too long. */
  public long dropped() {
    return dropped;
  }

  /**
   * Whether a message of {@code PartnerBid} has all of its texts, each as long as it may be.
   *
   * @param body where its block begins
   * @param bodyLength bytes from there to the end of the message
   */
  public static boolean isWhole(DirectBuffer in, int body, int blockLength, int bodyLength) {
    if (blockLength < PartnerBidDecoder.BLOCK_LENGTH) {
      return false;
    }
    int lengthBytes = PartnerBidDecoder.seatHeaderLength();
    long at = blockLength;
    for (int i = 0; i < TEXTS; i++) {
      if (at + lengthBytes > bodyLength) {
        return false;
      }
      long length = in.getInt(body + (int) at, ByteOrder.LITTLE_ENDIAN) & 0xffff_ffffL;
      at += lengthBytes + length;
      if (length > PartnerBidLimits.MAX_URL || at > bodyLength) {
        return false;
      }
    }
    return true;
  }

  /**
   * Takes a partner's bid.
   *
   * @param in holds a message for which {@link #isWhole} is true, its header at {@code offset}
   */
  public void bid(DirectBuffer in, int offset, int length) {
    decoder.wrapAndApplyHeader(in, offset, header);
    if (decoder.flags().test()) {
      return;
    }
    Auction auction = new Auction(decoder.auctionHi(), decoder.auctionLo());
    if (decoder.lossReason() != 0) {
      Heard lost = new Heard(NoticeKind.LURL, decoder.timeMillis(), -1, decoder.lossReason(), 0);
      tell(new NoticeText(decoder), lost);
      return;
    }
    long bucket = decoder.expirySeconds() / BUCKET_SECONDS;
    if (bucket < horizonSeconds / BUCKET_SECONDS) {
      dropped++;
      return;
    }
    Held held = held(bucket, auction);
    bytes -= held.bytes();
    held.bid = new byte[length];
    in.getBytes(offset, held.bid);
    List<Heard> early = List.copyOf(held.early);
    held.early.clear();
    bytes += held.bytes();
    for (Heard heard : early) {
      tell(bucket, auction, held, heard);
    }
    makeRoom();
  }

  /** Takes a signal on a partner's bid that is counted: the first of its kind, and in time. */
  public void signal(SignalDecoder signal) {
    NoticeKind kind = SignalRules.notice(signal.kindRaw(), signal.flags());
    if (kind == null) {
      return;
    }
    Auction auction = new Auction(signal.auctionHi(), signal.auctionLo());
    long bucket = signal.expirySeconds() / BUCKET_SECONDS;
    Held held = held(bucket, auction);
    Heard heard = Heard.of(kind, signal);
    if (held.bid != null) {
      tell(bucket, auction, held, heard);
    } else {
      held.early.add(heard);
      bytes += Heard.BYTES;
    }
    makeRoom();
  }

  /** Forgets what expires before a time, in seconds since 1970. */
  public void forget(long expiredSeconds) {
    horizonSeconds = Math.max(horizonSeconds, expiredSeconds);
    long horizon = horizonSeconds / BUCKET_SECONDS;
    while (!buckets.isEmpty() && buckets.firstKey() < horizon) {
      removeFirst();
    }
  }

  private Held held(long bucket, Auction auction) {
    Map<Auction, Held> of = buckets.computeIfAbsent(bucket, key -> new HashMap<>());
    Held held = of.get(auction);
    if (held == null) {
      held = new Held();
      of.put(auction, held);
      bytes += held.bytes();
    }
    return held;
  }

  private void makeRoom() {
    while (bytes > maxBytes) {
      dropped += removeFirst();
    }
  }

  private int removeFirst() {
    Map<Auction, Held> first = buckets.pollFirstEntry().getValue();
    first.values().forEach(held -> bytes -= held.bytes());
    return first.size();
  }

  private void tell(long bucket, Auction auction, Held held, Heard heard) {
    buffer.wrap(held.bid);
    decoder.wrapAndApplyHeader(buffer, 0, header);
    NoticeText text = new NoticeText(decoder);
    tell(text, heard);
    held.told.add(heard.kind());
    // A bid is lost, or won and charged: then nothing more is told of it.
    boolean all =
        held.told.contains(NoticeKind.LURL)
            || (!text.wants(NoticeKind.NURL) || held.told.contains(NoticeKind.NURL))
                && held.told.contains(NoticeKind.BURL);
    if (all && buckets.get(bucket).remove(auction) != null) {
      bytes -= held.bytes();
    }
  }

  private void tell(NoticeText text, Heard heard) {
    if (!text.wants(heard.kind())) {
      return;
    }
    String url = text.url(heard);
    if (url == null) {
      dropped++;
      return;
    }
    byte[] encoded = url.getBytes(StandardCharsets.UTF_8);
    PartnerNoticeEncoder notice = new PartnerNoticeEncoder();
    byte[] message =
        new byte
            [MessageHeaderEncoder.ENCODED_LENGTH
                + PartnerNoticeEncoder.BLOCK_LENGTH
                + PartnerNoticeEncoder.urlHeaderLength()
                + encoded.length];
    notice
        .wrapAndApplyHeader(new UnsafeBuffer(message), 0, new MessageHeaderEncoder())
        .timeMillis(heard.timeMillis())
        .auctionHi(decoder.auctionHi())
        .auctionLo(decoder.auctionLo())
        .demandPartnerId(decoder.demandPartnerId())
        .supplyPartnerId(decoder.supplyPartnerId())
        .kind(heard.kind())
        .putUrl(encoded, 0, encoded.length);
    made.add(message);
  }

  /** Bytes that {@link #write} needs. */
  public int length() {
    int length = Long.BYTES + Integer.BYTES;
    for (Map<Auction, Held> of : buckets.values()) {
      for (Held held : of.values()) {
        length += ENTRY_BYTES + held.early.size() * Heard.BYTES;
        length += held.bid == null ? 0 : held.bid.length;
      }
    }
    return length;
  }

  /** Writes the state, to be given to {@link #read}. */
  public void write(ByteBuffer into) {
    into.putLong(horizonSeconds);
    into.putInt(buckets.values().stream().mapToInt(Map::size).sum());
    buckets.forEach(
        (bucket, of) ->
            of.forEach(
                (auction, held) -> {
                  into.putLong(bucket).putLong(auction.hi()).putLong(auction.lo());
                  int told = 0;
                  for (NoticeKind kind : held.told) {
                    told |= 1 << kind.value();
                  }
                  byte[] bid = held.bid == null ? new byte[0] : held.bid;
                  into.put((byte) told).putInt(bid.length).put(bid);
                  into.putInt(held.early.size());
                  held.early.forEach(heard -> heard.write(into));
                }));
  }

  /** Takes over what was written; only before the first event. */
  public void read(ByteBuffer from) {
    horizonSeconds = from.getLong();
    for (int left = from.getInt(); left > 0; left--) {
      long bucket = from.getLong();
      Held held = held(bucket, new Auction(from.getLong(), from.getLong()));
      bytes -= held.bytes();
      int told = from.get();
      for (NoticeKind kind : NoticeKind.values()) {
        if (kind != NoticeKind.NULL_VAL && (told & 1 << kind.value()) != 0) {
          held.told.add(kind);
        }
      }
      byte[] bid = new byte[from.getInt()];
      from.get(bid);
      held.bid = bid.length == 0 ? null : bid;
      for (int early = from.getInt(); early > 0; early--) {
        held.early.add(Heard.read(from));
      }
      bytes += held.bytes();
    }
  }
}

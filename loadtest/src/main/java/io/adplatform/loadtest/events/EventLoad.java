package io.adplatform.loadtest.events;

import io.adplatform.analytics.collect.SignalPublisher;
import io.adplatform.runtime.journal.LaneJournal;
import io.adplatform.runtime.lane.Lane;
import io.adplatform.wire.sbe.SignalKind;
import io.adplatform.wire.token.Token;
import io.adplatform.wire.token.TokenCodec;
import io.adplatform.wire.token.TokenKeys;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.collections.LongArrayList;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Gives a lane's journal events as fast as it takes them: auction records, or beacons from the text
 * of their token to the position that would answer them. Turned by the lane; asked for work from
 * outside.
 */
final class EventLoad implements Agent {
  /** Events of one turn of the lane: as many as a loop of epoll brings at most. */
  private static final int PER_TURN = 256;

  /** Beacons that may wait for their position at a time. */
  private static final int MAX_WAITING = 8_192;

  private static final int TOKENS = 8_192;
  private static final int RECORD_BYTES = 512;
  private static final int USD = 840;

  /** Bids on a lease in the seconds before a moment have tokens that expire so far apart. */
  private static final int EXPIRY_SECONDS = 8;

  private final Lane lane;
  private final LaneJournal journal;
  private final SignalPublisher signals;
  private final TokenCodec codec =
      new TokenCodec(TokenKeys.of("0123456789abcdef".getBytes(StandardCharsets.US_ASCII)));
  private final Token token = new Token();
  private final String[] tokens = new String[TOKENS];
  private final SampleRecord sample = new SampleRecord();
  private final UnsafeBuffer record = new UnsafeBuffer(new byte[RECORD_BYTES]);
  private final LongArrayList waiting = new LongArrayList();
  private int answered;
  private long nextAuction = 1;
  private long lastPosition;
  private volatile long records;
  private volatile long beacons;

  /** Beacons of impressions on these leases, in turn. */
  EventLoad(Lane lane, LaneJournal journal, List<SoldLease> leases) {
    this.lane = lane;
    this.journal = journal;
    this.signals = new SignalPublisher(lane, journal, 0);
    sign(leases);
  }

  private void sign(List<SoldLease> leases) {
    byte[] text = new byte[TokenCodec.TEXT_LENGTH];
    long expiry = TimeUnit.MILLISECONDS.toSeconds(lane.nowMillis()) + TimeUnit.HOURS.toSeconds(1);
    for (int i = 0; i < TOKENS; i++) {
      token.auctionHi = 1;
      token.auctionLo = i;
      SoldLease lease = leases.get(i % leases.size());
      token.leaseId = lease.id();
      token.leaseAmountMicros = lease.amountMicros();
      token.lineItemId = lease.lineItemId();
      token.creativeId = 1;
      token.supplyPartnerId = 1;
      token.chargeMicros = 1_000;
      token.bidCpmMicros = 800_000;
      token.currency = USD;
      token.expirySeconds = expiry + i / leases.size() % EXPIRY_SECONDS;
      codec.write(token, text);
      tokens[i] = new String(text, StandardCharsets.US_ASCII);
    }
  }

  /** Has so many auction records offered. */
  void offerRecords(long count) {
    records = count;
    lane.wakeup();
  }

  /** Has so many beacons taken, each of an auction of its own. */
  void takeBeacons(long count) {
    beacons = count;
    lane.wakeup();
  }

  /** Whether all is taken, and recorded as far as beacons go. */
  boolean isDone() {
    return records == 0 && beacons == 0;
  }

  @Override
  @SuppressWarnings("NonAtomicOperationOnVolatileField") // only the lane counts down
  public int doWork() {
    int work = 0;
    while (records > 0 && work < PER_TURN) {
      int length = sample.write(nextAuction, record);
      long position = journal.offerAuction(record, 0, length);
      if (position < 0) {
        journal.wakeWhenRecorded(lastPosition);
        break;
      }
      lastPosition = position;
      nextAuction++;
      records--;
      work++;
    }
    return work + (beacons > 0 ? collect() : 0);
  }

  /** Takes beacons, and answers those whose position is recorded. */
  @SuppressWarnings("NonAtomicOperationOnVolatileField") // only the lane counts down
  private int collect() {
    int work = 0;
    long left = beacons - (waiting.size() - answered);
    while (left > 0 && work < PER_TURN && waiting.size() - answered < MAX_WAITING) {
      String text = tokens[(int) (nextAuction & TOKENS - 1)];
      if (codec.read(text, 0, 0, token) != TokenCodec.Result.VALID) {
        throw new IllegalStateException("a token of ours was refused");
      }
      token.auctionLo = nextAuction;
      long position = signals.offer(SignalKind.IMPRESSION, token, -1, -1, 0xfffe);
      if (position < 0) {
        break;
      }
      nextAuction++;
      waiting.addLong(position);
      left--;
      work++;
    }
    long recorded = journal.recordedPosition();
    int before = answered;
    while (answered < waiting.size() && waiting.getLong(answered) <= recorded) {
      answered++;
    }
    beacons -= answered - before;
    work += answered - before;
    if (answered == waiting.size()) {
      waiting.clear();
      answered = 0;
    } else {
      journal.wakeWhenRecorded(waiting.getLong(answered));
    }
    return work;
  }

  @Override
  public String roleName() {
    return "event-load";
  }
}

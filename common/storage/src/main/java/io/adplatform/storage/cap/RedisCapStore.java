package io.adplatform.storage.cap;

import io.adplatform.decision.frequency.CapLookup;
import io.adplatform.decision.frequency.CapStore;
import io.adplatform.runtime.lane.Lane;
import io.adplatform.runtime.lane.LaneTimer;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.Agent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lane's connection to the counters, on the lane's event loop. Replies come in the order of the
 * commands, so that a ring of what is unanswered is all that is kept. While there is no connection
 * it says so, and connects again. It calls no listener from within {@link #ask} and {@link
 * #settle}.
 */
public final class RedisCapStore implements CapStore, Agent, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RedisCapStore.class);

  /** Commands unanswered, a power of two: at 10 µs each, five times the deadline of a question. */
  private static final int MAX_UNANSWERED = 1_024;

  /** Questions stop here, so that what ends their reservations still finds room. */
  private static final int MAX_BEFORE_ASKING = MAX_UNANSWERED / 2;

  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  /** Without any reply for so long, the connection is given up and made anew. */
  private static final long SILENT_NANOS = TimeUnit.SECONDS.toNanos(5);

  private static final int CONNECT_MILLIS = 2_000;

  /** An account's number in {@link #accounts} where a reply is not of a question. */
  private static final int NO_QUESTION = -1;

  private final Lane lane;
  private final RedisAddress address;
  private final NetClient client;
  private final RespWriter out = new RespWriter();
  private final CapCommands commands = new CapCommands(out);
  private final RespReader in = new RespReader();
  private final CapLookup[] lookups = new CapLookup[MAX_UNANSWERED];
  private final int[] generations = new int[MAX_UNANSWERED];
  private final int[] accounts = new int[MAX_UNANSWERED];
  private final LaneTimer look = this::look;
  private long sent;
  private long answered;
  private NetSocket socket;

  /** Replies to what is sent first: the password and the scripts. */
  private int greetingsMissing;

  private boolean connecting;
  private long lastReplyNanos;
  private boolean closed;
  private boolean troubled;

  /** Whether the scripts are there; written by the lane. */
  private volatile boolean connected;

  private RedisCapStore(Vertx vertx, Lane lane, RedisAddress address) {
    this.lane = lane;
    this.address = address;
    this.client =
        vertx.createNetClient(
            new NetClientOptions().setTcpNoDelay(true).setConnectTimeout(CONNECT_MILLIS));
  }

  /** Connects, on the lane, and ends with it; returns at once. Any thread. */
  public static RedisCapStore start(Vertx vertx, Lane lane, RedisAddress address) {
    RedisCapStore store = new RedisCapStore(vertx, lane, address);
    lane.context()
        .runOnContext(
            start -> {
              lane.add(store);
              store.look(lane.nowNanos());
            });
    return store;
  }

  @Override
  public Asking ask(CapLookup lookup) {
    if (!connected) {
      return Asking.AWAY;
    }
    if (sent - answered + lookup.accountCount() > MAX_BEFORE_ASKING) {
      return Asking.BUSY;
    }
    out.clear();
    for (int i = 0; i < lookup.accountCount(); i++) {
      commands.ask(lookup, lookup.distinctAccount(i));
      expect(lookup, i);
    }
    lookup.asked();
    send();
    return Asking.ASKED;
  }

  @Override
  public void settle(CapLookup lookup) {
    if (!lookup.reserves()
        || !connected
        || sent - answered + lookup.accountCount() > MAX_UNANSWERED) {
      // What was reserved is free again when the reservation's time is over.
      return;
    }
    out.clear();
    for (int i = 0; i < lookup.accountCount(); i++) {
      if (commands.settle(lookup, lookup.distinctAccount(i))) {
        expect(null, NO_QUESTION);
      }
    }
    if (out.length() > 0) {
      send();
    }
  }

  private void expect(CapLookup lookup, int account) {
    if (sent == answered) {
      // Nothing was owed until now.
      lastReplyNanos = lane.nowNanos();
    }
    int at = (int) sent++ & MAX_UNANSWERED - 1;
    lookups[at] = lookup;
    generations[at] = lookup == null ? 0 : lookup.generation();
    accounts[at] = account;
  }

  private void send() {
    socket.write(Buffer.buffer(out.length()).appendBytes(out.bytes(), 0, out.length()));
  }

  /** Connects where there is no connection, and ends one that has been silent for too long. */
  private void look(long nowNanos) {
    if (closed) {
      return;
    }
    lane.timers().schedule(nowNanos + LOOK_NANOS, look);
    if (socket == null) {
      connect();
    } else if (sent > answered && nowNanos - lastReplyNanos > SILENT_NANOS) {
      giveUp("has not answered for " + TimeUnit.NANOSECONDS.toSeconds(SILENT_NANOS) + " s", null);
    }
  }

  private void connect() {
    if (!connecting) {
      connecting = true;
      // A timer of the lane runs outside of its context, where nothing can be connected.
      lane.context().runOnContext(start -> connectHere());
    }
  }

  private void connectHere() {
    client
        .connect(address.port(), address.host())
        .onComplete(
            result -> {
              connecting = false;
              if (result.failed()) {
                trouble("cannot be reached", result.cause());
              } else if (closed) {
                result.result().close();
              } else {
                greet(result.result());
              }
            });
  }

  private void greet(NetSocket opened) {
    socket = opened;
    in.clear();
    opened.handler(this::onBytes);
    opened.exceptionHandler(error -> trouble("failed", error));
    opened.closeHandler(gone -> onClosed(opened));
    out.clear();
    greetingsMissing = 0;
    if (address.password() != null) {
      out.begin().argument("AUTH").argument(address.password()).end();
      greetingsMissing++;
    }
    for (CapScript script : CapScript.values()) {
      out.begin().argument("SCRIPT").argument("LOAD").argument(script.text()).end();
      greetingsMissing++;
    }
    for (int i = 0; i < greetingsMissing; i++) {
      expect(null, NO_QUESTION);
    }
    send();
  }

  private void onBytes(Buffer buffer) {
    int length = buffer.length();
    byte[] room = in.room(length);
    buffer.getBytes(0, length, room, in.roomFrom());
    in.filled(length);
    lastReplyNanos = lane.nowNanos();
    try {
      while (in.next()) {
        onReply();
      }
    } catch (IllegalStateException e) {
      giveUp("does not speak its protocol", e);
    }
  }

  private void onReply() {
    int at = (int) answered++ & MAX_UNANSWERED - 1;
    CapLookup lookup = lookups[at];
    lookups[at] = null;
    boolean refused = in.kind() == RespReader.Kind.ERROR;
    if (refused) {
      // A script that is not known any more, a server that takes no writes: begin anew.
      giveUp("refused: " + in.text(), null);
    } else if (greetingsMissing > 0 && --greetingsMissing == 0) {
      troubled = false;
      connected = true;
      say(() -> LOG.info("lane={} counts frequencies in {}", lane.index(), address));
    }
    if (lookup != null && lookup.generation() == generations[at]) {
      if (refused) {
        lookup.failed();
      } else {
        take(lookup, lookup.distinctAccount(accounts[at]));
      }
    }
  }

  private void take(CapLookup lookup, long account) {
    int letter = 0;
    for (int i = 0; i < lookup.count(); i++) {
      if (lookup.account(i) == account) {
        lookup.allow(i, letter < in.textLength() && in.text(letter) == '1');
        letter++;
      }
    }
    lookup.answered();
  }

  private void onClosed(NetSocket gone) {
    if (socket != gone) {
      return;
    }
    socket = null;
    connected = false;
    trouble("closed the connection", null);
    long until = sent;
    while (answered < until) {
      int at = (int) answered++ & MAX_UNANSWERED - 1;
      CapLookup lookup = lookups[at];
      lookups[at] = null;
      if (lookup != null && lookup.generation() == generations[at]) {
        lookup.failed();
      }
    }
  }

  /** No more is asked on the connection; {@link #onClosed} follows. */
  private void giveUp(String what, Throwable why) {
    trouble(what, why);
    connected = false;
    socket.close();
  }

  /** Said once until it is well again. */
  private void trouble(String what, Throwable why) {
    if (!troubled && !closed) {
      troubled = true;
      say(
          () ->
              LOG.warn(
                  "lane={} {} {}; line items with frequency caps do not bid until it is back{}",
                  lane.index(),
                  address,
                  what,
                  why == null ? "" : ": " + why));
    }
  }

  /** A lane does not wait for a log. */
  private static void say(Runnable line) {
    Thread.ofVirtual().name("cap-store-log").start(line);
  }

  /** Whether counters can be asked. Any thread. */
  public boolean isConnected() {
    return connected;
  }

  /** Replies come by themselves. */
  @Override
  public int doWork() {
    return 0;
  }

  @Override
  public String roleName() {
    return "frequency-counters";
  }

  @Override
  public void onClose() {
    closed = true;
    client.close();
  }

  /** Ends the connection before its lane. Any thread. */
  @Override
  public void close() {
    lane.context().runOnContext(end -> onClose());
  }
}

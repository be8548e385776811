package io.adplatform.storage.cap;

import io.adplatform.decision.frequency.CapCounter;
import io.adplatform.decision.frequency.CapScope;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes what was seen into the counters over a connection of its own, in two rounds of pipelined
 * commands per batch: whose the bids are, then the scripts with all keys known.
 */
public final class RedisCapCounter implements CapCounter {
  /** Longer than any batch takes; then the connection is given up. */
  private static final int TIMEOUT_MILLIS = 5_000;

  private static final int READ_BYTES = 16 * 1024;

  private final RedisAddress address;
  private final RespWriter out = new RespWriter();
  private final CapCommands commands = new CapCommands(out);
  private final RespReader in = new RespReader();
  private final List<Change> changes = new ArrayList<>();
  private Socket socket;

  /** Connects when there is something to do. */
  public RedisCapCounter(RedisAddress address) {
    this.address = address;
  }

  /**
   * What became of one bid.
   *
   * @param seenMillis when it was seen; 0 where it lost
   */
  private record Change(CapScope[] scopes, long auctionHi, long auctionLo, long seenMillis) {}

  @Override
  public void seen(CapScope[] scopes, long auctionHi, long auctionLo, long timeMillis) {
    changes.add(new Change(scopes, auctionHi, auctionLo, timeMillis));
  }

  @Override
  public void lost(CapScope[] scopes, long auctionHi, long auctionLo) {
    changes.add(new Change(scopes, auctionHi, auctionLo, 0));
  }

  @Override
  public int flush() {
    if (changes.isEmpty()) {
      return 0;
    }
    try {
      connect();
      List<CapBid> bids = whose();
      return apply(bids);
    } catch (IOException | IllegalStateException e) {
      disconnect();
      throw e instanceof IOException io
          ? new UncheckedIOException(io)
          : new UncheckedIOException(new IOException(e.getMessage(), e));
    } finally {
      changes.clear();
    }
  }

  private List<CapBid> whose() throws IOException {
    out.clear();
    for (Change change : changes) {
      commands.whose(change.scopes[0].accountId(), change.auctionHi, change.auctionLo);
    }
    send();
    List<CapBid> bids = new ArrayList<>();
    for (int i = 0; i < changes.size(); i++) {
      receive();
      bids.add(in.kind() == RespReader.Kind.TEXT ? CapBid.parse(in.text()) : null);
    }
    return bids;
  }

  private int apply(List<CapBid> bids) throws IOException {
    out.clear();
    int known = 0;
    for (int i = 0; i < bids.size(); i++) {
      CapBid bid = bids.get(i);
      Change change = changes.get(i);
      if (bid == null) {
        continue;
      }
      known++;
      if (change.seenMillis == 0) {
        commands.lost(change.scopes, bid);
      } else {
        commands.seen(change.scopes, bid, change.auctionHi, change.auctionLo, change.seenMillis);
      }
    }
    send();
    for (int i = 0; i < known; i++) {
      receive();
    }
    return known;
  }

  private void connect() throws IOException {
    if (socket != null) {
      return;
    }
    Socket opened = new Socket();
    socket = opened;
    opened.connect(new InetSocketAddress(address.host(), address.port()), TIMEOUT_MILLIS);
    opened.setSoTimeout(TIMEOUT_MILLIS);
    opened.setTcpNoDelay(true);
    in.clear();
    out.clear();
    int greetings = 0;
    if (address.password() != null) {
      out.begin().argument("AUTH").argument(address.password()).end();
      greetings++;
    }
    for (CapScript script : CapScript.values()) {
      out.begin().argument("SCRIPT").argument("LOAD").argument(script.text()).end();
      greetings++;
    }
    send();
    for (int i = 0; i < greetings; i++) {
      receive();
    }
  }

  private void send() throws IOException {
    socket.getOutputStream().write(out.bytes(), 0, out.length());
    socket.getOutputStream().flush();
  }

  private void receive() throws IOException {
    InputStream from = socket.getInputStream();
    while (!in.next()) {
      byte[] room = in.room(READ_BYTES);
      int length = from.read(room, in.roomFrom(), READ_BYTES);
      if (length < 0) {
        throw new IOException(address + " closed the connection");
      }
      in.filled(length);
    }
    if (in.kind() == RespReader.Kind.ERROR) {
      throw new IOException(address + " refused: " + in.text());
    }
  }

  private void disconnect() {
    if (socket != null) {
      try {
        socket.close();
      } catch (IOException e) {
        // It is given up either way.
      }
      socket = null;
    }
  }

  @Override
  public void close() {
    disconnect();
  }
}

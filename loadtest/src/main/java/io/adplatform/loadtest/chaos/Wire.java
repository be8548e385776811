package io.adplatform.loadtest.chaos;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The network between a server and all its clients: passes TCP connections on over loopback, until
 * it is cut. Thread-safe.
 */
final class Wire implements Closeable {
  /** What is wrong with it. */
  enum State {
    /** Nothing. */
    WHOLE,
    /** Nothing gets through, and nobody is told; what was under way goes on afterwards. */
    STALLED,
    /** Every connection is reset, and each new one too. */
    RESET,
    /**
     * The server has lost its clients at once; they hear nothing until the end, and then a reset.
     */
    FORGOTTEN
  }

  /** Where the server listens at present; it may come and go. */
  @FunctionalInterface
  interface Destination {
    int port() throws IOException;
  }

  private static final int BUFFER_BYTES = 64 << 10;
  private static final int CONNECT_MILLIS = 2_000;

  private final Destination destination;
  private final ServerSocket listener;
  private final Set<Link> links = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private State state = State.WHOLE;

  /** Listens on a free port of loopback. */
  Wire(Destination destination) throws IOException {
    this.destination = destination;
    this.listener = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
    Thread.ofPlatform().daemon().name("wire-" + port()).start(this::accept);
  }

  /** Where clients connect. */
  int port() {
    return listener.getLocalPort();
  }

  /** Cuts it, or makes it whole. */
  void become(State next) {
    State before;
    lock.lock();
    try {
      before = state;
      state = next;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    for (Link link : links) {
      if (next == State.RESET || before == State.FORGOTTEN) {
        link.reset();
      } else if (next == State.FORGOTTEN) {
        link.forget();
      }
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Link link = new Link(listener.accept());
        Thread.ofVirtual().start(link::carry);
      } catch (IOException e) {
        // Closed, or the client was gone already.
      }
    }
  }

  /** Waits until something may pass; false where it must not any more. */
  private boolean passes() throws InterruptedException {
    lock.lock();
    try {
      while (state == State.STALLED || state == State.FORGOTTEN) {
        changed.await();
      }
      return state == State.WHOLE;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    links.forEach(Link::reset);
  }

  /** One connection of a client, and its other half to the server. */
  private final class Link {
    private final Socket client;
    private final Socket server = new Socket();
    private volatile boolean forgotten;

    Link(Socket client) {
      this.client = client;
      links.add(this);
    }

    private void carry() {
      try {
        if (passes()) {
          server.connect(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), destination.port()),
              CONNECT_MILLIS);
          client.setTcpNoDelay(true);
          server.setTcpNoDelay(true);
          Thread back = Thread.ofVirtual().start(() -> pump(server, client));
          pump(client, server);
          back.join();
        }
      } catch (IOException e) {
        // The server is not there: the client hears what it would hear.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      if (!forgotten) {
        reset();
      }
    }

    /** Passes on what one side says, in order, until either side ends. */
    private void pump(Socket from, Socket to) {
      byte[] buffer = new byte[BUFFER_BYTES];
      try {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        for (int count; (count = in.read(buffer)) >= 0; ) {
          if (!passes() || forgotten) {
            return;
          }
          out.write(buffer, 0, count);
        }
        if (passes() && !forgotten) {
          to.shutdownOutput();
        }
      } catch (IOException e) {
        if (!forgotten) {
          reset();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    /** The server's half is gone; the client's stays, and nothing comes on it. */
    private void forget() {
      forgotten = true;
      abort(server);
    }

    private void reset() {
      links.remove(this);
      abort(client);
      abort(server);
    }
  }

  /** Closes with a reset instead of an end. */
  private static void abort(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
    } catch (IOException e) {
      // Closed already.
    }
    try {
      socket.close();
    } catch (IOException e) {
      // Gone is gone.
    }
  }
}

package io.adplatform.billing.budget;

import static io.adplatform.billing.TestBudgets.LINE_ITEM;
import static io.adplatform.billing.TestBudgets.advertiser;
import static io.adplatform.billing.TestBudgets.campaign;
import static io.adplatform.billing.TestBudgets.lineItem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.adplatform.billing.TestBudgets;
import io.adplatform.billing.TestClock;
import io.adplatform.decision.budget.LeaseSource;
import io.adplatform.storage.lease.HttpLeaseSource;
import io.adplatform.storage.lease.LeaseCodec;
import io.adplatform.wire.catalogue.Budget;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A node whose connection to billing-service breaks before or after a request was granted. */
class HttpLeaseSourceTest {
  private enum Fault {
    NONE,
    LOSE_REQUEST,
    LOSE_ANSWER
  }

  private static final long PRICE = TestNode.PRICE;

  private final TestBudgets budgets = new TestBudgets();
  private final LeaseGrants grants =
      new LeaseGrants(
          budgets.database.transactions(),
          LeaseConfig.of(4),
          new TestClock("2027-03-01T12:00:00Z"));
  private final AtomicInteger asked = new AtomicInteger();
  private volatile Fault fault = Fault.NONE;
  private HttpServer server;
  private HttpLeaseSource source;

  @BeforeEach
  void open() throws Exception {
    budgets.publish(
        advertiser("UTC"),
        campaign(Budget.UNBOUNDED),
        lineItem(LINE_ITEM, new Budget(10_000 * PRICE, null)),
        lineItem(LINE_ITEM + 1, Budget.UNBOUNDED));
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/internal/v1/leases", this::answer);
    server.start();
    URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    source = new HttpLeaseSource(address, "key", 1, 1_800_000_000);
  }

  @AfterEach
  void close() {
    source.close();
    server.stop(0);
    budgets.close();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      asked.incrementAndGet();
      byte[] body = exchange.getRequestBody().readAllBytes();
      if (fault == Fault.LOSE_REQUEST) {
        return;
      }
      byte[] answer = LeaseCodec.write(grants.handle(LeaseCodec.readRequest(body)));
      if (fault == Fault.LOSE_ANSWER) {
        return;
      }
      exchange.sendResponseHeaders(200, answer.length);
      exchange.getResponseBody().write(answer);
    } catch (SQLException e) {
      throw new IOException(e);
    }
  }

  private LeaseSource.Answer want(long... lineItemIds) throws IOException {
    List<LeaseSource.Want> wants =
        java.util.Arrays.stream(lineItemIds)
            .mapToObj(id -> new LeaseSource.Want(id, PRICE, 0))
            .toList();
    return source.exchange(new LeaseSource.Question(wants, List.of(), List.of()));
  }

  /** Asks again until the pause after a failure is over. */
  private LeaseSource.Answer wantPatiently(long... lineItemIds) throws Exception {
    for (int i = 0; ; i++) {
      try {
        return want(lineItemIds);
      } catch (IOException e) {
        if (i == 1_000) {
          throw e;
        }
        Thread.sleep(50);
      }
    }
  }

  private long leases() throws SQLException {
    return budgets.number("SELECT count(*) FROM lease");
  }

  @Test
  void shouldNotBeGrantedTwiceWhenAnswerWasLost() throws Exception {
    fault = Fault.LOSE_ANSWER;
    assertThrows(IOException.class, () -> want(LINE_ITEM));
    assertEquals(1, leases());
    fault = Fault.NONE;
    LeaseSource.Answer answer = wantPatiently(LINE_ITEM, LINE_ITEM + 1);
    assertEquals(
        List.of(LINE_ITEM, LINE_ITEM + 1),
        answer.leases().stream().map(LeaseSource.Lease::lineItemId).sorted().toList());
    assertEquals(2, leases());
    assertEquals(List.of(), want().leases(), "what was told is not told again");
  }

  @Test
  void shouldBeGrantedOnceWhenRequestWasLost() throws Exception {
    fault = Fault.LOSE_REQUEST;
    assertThrows(IOException.class, () -> want(LINE_ITEM));
    assertEquals(0, leases());
    fault = Fault.NONE;
    assertEquals(1, wantPatiently(LINE_ITEM).leases().size());
    assertEquals(1, leases());
    assertEquals(0, budgets.inconsistencies());
  }

  @Test
  void shouldPauseAfterFailureWithoutAsking() throws Exception {
    fault = Fault.LOSE_REQUEST;
    int before;
    long failures;
    // The pause grows with each failure: in the end this thread is back before it is over.
    do {
      before = asked.get();
      failures = source.failures();
      assertThrows(IOException.class, () -> want(LINE_ITEM));
    } while (asked.get() != before && before < 20);
    assertEquals(before, asked.get());
    assertTrue(before > 0, "it has never asked");
    assertEquals(failures, source.failures());
  }
}

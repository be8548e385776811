package io.adplatform.wire.openrtb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.adplatform.wire.catalogue.Creative;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.json.ReadFailure;
import io.adplatform.wire.token.TokenCodec;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** After warm-up, reading, redacting and writing allocate nothing. */
class OpenRtbReaderAllocationTest {
  private static final int WARM_UP = 2_000;
  private static final int MEASURED = 2_000;

  /**
   * What the measuring itself and a late compilation may cost; one object a request is far more.
   */
  private static final long TOLERANCE_BYTES = MEASURED;

  /** On a machine that is busy with other things the compiler may be far behind. */
  private static final long COMPILED_WITHIN_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final OpenRtbReader reader = new OpenRtbReader();
  private final BidRequest request = new BidRequest();
  private final Redactor redactor = new Redactor();
  private final BidResponseWriter writer = new BidResponseWriter("seat");
  private final byte[] token = new byte[TokenCodec.TEXT_LENGTH];
  private final CreativeTemplate creative =
      CreativeTemplate.compile(
          new Creative(
              5,
              1,
              1,
              "c",
              Status.ACTIVE,
              Format.BANNER,
              300,
              250,
              "<a href=\"${CLICK_URL}\">x</a>",
              "https://a.example/",
              List.of("a.example"),
              List.of("IAB1"),
              List.of(1),
              true),
          "https://ads.example");

  private void round(byte[] body, ReadFailure expected) {
    System.arraycopy(body, 0, request.receive(body.length), 0, body.length);
    ReadFailure failure = reader.read(request);
    if (failure != expected) {
      throw new AssertionError(failure);
    }
    if (failure == ReadFailure.NONE) {
      redactor.copy(request);
      writer.begin(request, 1, 2, 840);
      writer.bid(request, request.imp(0), 1, 2, 1_234_567, 99, 60, creative, token);
      writer.end();
    }
  }

  private void assertNoAllocation(String json, ReadFailure expected) {
    byte[] body = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < WARM_UP; i++) {
      round(body, expected);
    }
    long begin = System.nanoTime();
    long allocated = allocatedBytes(body, expected);
    while (allocated >= TOLERANCE_BYTES && System.nanoTime() - begin < COMPILED_WITHIN_NANOS) {
      allocated = allocatedBytes(body, expected);
    }
    assertTrue(allocated < TOLERANCE_BYTES, allocated + " bytes in " + MEASURED + " requests");
  }

  private long allocatedBytes(byte[] body, ReadFailure expected) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < MEASURED; i++) {
      round(body, expected);
    }
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  @Test
  void shouldAllocateNothingForAGoodRequest() {
    assertNoAllocation(
        "{'id':'r\\u0041','imp':[{'id':'1','banner':{'w':300,'h':250,'format':[{'w':1,'h':2}],'battr':[1,2]},"
            + "'bidfloor':0.123456789,'bidfloorcur':'USD','ext':{'data':{'k':['v','w']}}},{'id':'2'}],"
            + "'site':{'domain':'n.example','cat':['IAB1','IAB2'],'page':'https:\\/\\/n.example\\/?q=1',"
            + "'keywords':'a=b'},'cur':['USD'],'device':{'ua':'Mozilla','ip':'1.2.3.4','geo':{'country':'USA',"
            + "'lat':1.23456}},'user':{'id':'u','eids':[{'uids':[{'id':'x'}]}]},'bcat':['IAB1','IAB2'],"
            + "'tmax':'120','x':{'y':[1,2,3]}}",
        ReadFailure.NONE);
    assertEquals(2, request.impCount());
  }

  @Test
  void shouldAllocateNothingForABadRequest() {
    assertNoAllocation("{'id':'r','imp':[{'id':'1','bidfloor':1e999}]}", ReadFailure.OUT_OF_RANGE);
    assertNoAllocation("{'id':'r','imp':[{'id':'1','banner':{", ReadFailure.TRUNCATED);
  }
}

package io.adplatform.loadtest.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adplatform.wire.json.ReadFailure;
import io.adplatform.wire.openrtb.BidRequest;
import io.adplatform.wire.openrtb.OpenRtbReader;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Reading a bid request, body copied into the slot included, beside Jackson's databind on the same
 * bytes: {@code banner} has 1.1 kB, {@code app} 3.7 kB. Run with {@code -prof gc} for the bytes
 * allocated.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class ReadRequestBenchmark {
  @Param({"banner", "app"})
  String name;

  private final OpenRtbReader reader = new OpenRtbReader();
  private final BidRequest request = new BidRequest();
  private final ObjectMapper jackson = new ObjectMapper();
  private byte[] body;

  /** Loads the request, and refuses to measure a refusal. */
  @Setup
  public void load() throws IOException {
    try (InputStream in = ReadRequestBenchmark.class.getResourceAsStream(name + ".json")) {
      body = in.readAllBytes();
    }
    if (reader() != ReadFailure.NONE) {
      throw new IllegalStateException("the request cannot be read");
    }
  }

  @Benchmark
  public ReadFailure reader() {
    System.arraycopy(body, 0, request.receive(body.length), 0, body.length);
    return reader.read(request);
  }

  @Benchmark
  public JsonNode jacksonDatabind() throws IOException {
    return jackson.readTree(body);
  }
}

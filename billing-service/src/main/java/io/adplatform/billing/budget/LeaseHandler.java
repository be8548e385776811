package io.adplatform.billing.budget;

import io.adplatform.runtime.api.ApiHandler;
import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.ApiResponse;
import io.adplatform.runtime.api.Problem;
import io.adplatform.storage.lease.LeaseCodec;
import io.adplatform.storage.lease.LeaseRequest;
import io.vertx.core.buffer.Buffer;
import java.io.UncheckedIOException;
import java.util.List;

/** {@code POST /internal/v1/leases}. Thread-safe. */
public final class LeaseHandler implements ApiHandler {
  static final int MAX_NODE_ID = 65_535;

  /** Fast spending at this rate is as good as any faster: a lease has its largest size. */
  private static final long MAX_SPEND_MICROS = Long.MAX_VALUE / 128;

  private final LeaseGrants grants;

  /** Answers with what the grants say. */
  public LeaseHandler(LeaseGrants grants) {
    this.grants = grants;
  }

  @Override
  public ApiResponse handle(ApiRequest request) throws Exception {
    LeaseRequest body;
    try {
      body = LeaseCodec.readRequest(request.body().getBytes());
    } catch (UncheckedIOException e) {
      throw Problem.badRequest("The body is not a lease request.");
    }
    check(body);
    byte[] answer = LeaseCodec.write(grants.handle(body));
    return ApiResponse.of(200, ApiResponse.JSON, Buffer.buffer(answer));
  }

  private static void check(LeaseRequest request) {
    require(request.nodeId() >= 1 && request.nodeId() <= MAX_NODE_ID, "nodeId", "must be 1–65535");
    require(request.boot() > 0, "boot", "must be seconds since 1970");
    require(request.sequence() > 0, "sequence", "must be positive");
    require(request.after() >= 0, "after", "must not be negative");
    checkLength(request.wants(), "wants");
    checkLength(request.extend(), "extend");
    checkLength(request.returns(), "returns");
    for (LeaseRequest.Want want : request.wants()) {
      boolean priced =
          want.priceMicros() > 0 && want.priceMicros() <= LeaseConfig.MAX_AMOUNT_MICROS;
      require(priced, "wants.priceMicros", "must be 1–" + LeaseConfig.MAX_AMOUNT_MICROS);
      boolean spent =
          want.spendMicrosPerMinute() >= 0 && want.spendMicrosPerMinute() <= MAX_SPEND_MICROS;
      require(spent, "wants.spendMicrosPerMinute", "must be 0–" + MAX_SPEND_MICROS);
    }
    for (LeaseRequest.Return returned : request.returns()) {
      require(returned.freeMicros() >= 0, "returns.freeMicros", "must not be negative");
    }
  }

  private static void checkLength(List<?> list, String name) {
    boolean fits = list.size() <= LeaseRequest.MAX_ITEMS;
    require(fits, name, "must have at most " + LeaseRequest.MAX_ITEMS + " items");
  }

  private static void require(boolean condition, String field, String detail) {
    if (!condition) {
      throw Problem.invalid(field, detail);
    }
  }
}

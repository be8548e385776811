package io.adplatform.loadtest.engine;

import io.adplatform.wire.token.SipHash;
import io.adplatform.wire.token.Token;
import io.adplatform.wire.token.TokenCodec;
import io.adplatform.wire.token.TokenKeys;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Signing the 88 bytes of a token: SipHash against HMAC-SHA256 of the platform; then a whole token
 * written and read.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TokenBenchmark {
  private static final int SIGNED_BYTES = 88;
  private static final long NOW = 1_800_000_000L;

  private final byte[] message = new byte[SIGNED_BYTES];
  private final byte[] text = new byte[TokenCodec.TEXT_LENGTH];
  private final SipHash sip = new SipHash(new byte[SipHash.KEY_LENGTH]);
  private final TokenCodec codec = new TokenCodec(TokenKeys.of(new byte[SipHash.KEY_LENGTH]));
  private final Token token = new Token();
  private final Mac hmac = hmac();
  private final String written;

  /** A token as a bid would carry it. */
  public TokenBenchmark() {
    token.expirySeconds = NOW + 60;
    token.chargeMicros = 2_500;
    codec.write(token, text);
    written = new String(text, StandardCharsets.US_ASCII);
  }

  @Benchmark
  public long sipHash() {
    message[0]++;
    sip.hash(message, 0, SIGNED_BYTES);
    return sip.low();
  }

  @Benchmark
  public byte[] hmacSha256() {
    message[0]++;
    return hmac.doFinal(message);
  }

  @Benchmark
  public byte[] writeToken() {
    token.auctionLo++;
    codec.write(token, text);
    return text;
  }

  @Benchmark
  public TokenCodec.Result readToken() {
    return codec.read(written, 0, NOW, token);
  }

  private static Mac hmac() {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(new byte[SipHash.KEY_LENGTH], "HmacSHA256"));
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}

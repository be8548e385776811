package io.adplatform.runtime.stream;

class MemoryStreamsTest extends StreamContractTest {
  private final Streams streams = new MemoryStreams(1024 * 1024);

  @Override
  Streams streams() {
    return streams;
  }
}
